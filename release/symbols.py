"""Prints the latest version of glibc that an ELF file asks for, or `static` where it asks for no library at all."""

import sys

from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

with open(sys.argv[1], "rb") as file:
    elf = ELFFile(file)
    interpreter = any(segment.header.p_type == "PT_INTERP" for segment in elf.iter_segments())
    dynamic = elf.get_section_by_name(".dynamic")
    libraries = [tag.needed for tag in dynamic.iter_tags("DT_NEEDED")] if dynamic else []
    versions = [
        tuple(int(part) for part in auxiliary.name.removeprefix("GLIBC_").split("."))
        for section in elf.iter_sections()
        if isinstance(section, GNUVerNeedSection)
        for _, auxiliaries in section.iter_versions()
        for auxiliary in auxiliaries
        if auxiliary.name.startswith("GLIBC_") and auxiliary.name[6:7].isdigit()
    ]
if not interpreter and not libraries:
    print("static")
else:
    print(".".join(str(part) for part in max(versions)))
