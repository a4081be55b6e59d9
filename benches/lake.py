#!/usr/bin/env python3
"""Measures a lake: CPU, memory and size of `lake write` against `invocations` over the same log files, DuckDB over the lake, and
`lake write` from a stand-in for S3 that takes so long for each request.

Usage: lake.py BINARY LOGS [--latency 100] [--python PYTHON-WITH-DUCKDB]
"""
import argparse, asyncio, os, resource, shutil, subprocess, sys, tempfile, threading, time, urllib.parse, xml.sax.saxutils as sax


def run(arguments, **more):
    """CPU seconds, wall seconds and peak MB of a command."""
    begun = time.monotonic()
    child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    error = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 4):
        sys.exit(error.decode())
    return used.ru_utime + used.ru_stime, time.monotonic() - begun, used.ru_maxrss / 1024


def median(times, work):
    return [sorted(column)[times // 2] for column in zip(*(work() for _ in range(times)))]


def size(folder, suffix=""):
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names if name.endswith(suffix))


QUESTION = """
import duckdb, sys
duckdb.sql("set threads=1")
rows = duckdb.sql(f"select eventname, function_arn, caller, count(*), min(eventtime), max(eventtime) from read_parquet('{sys.argv[1]}/invocations/**/*.parquet', hive_types={{'account': varchar}}) group by all").fetchall()
print(len(rows))
"""


class Bucket(threading.Thread):
    """Answers ListObjectsV2, GET with a range and STS, each after a wait."""

    def __init__(self, folder, wait):
        super().__init__(daemon=True)
        self.folder, self.wait, self.ready, self.reads, self.now, self.most = folder, wait, threading.Event(), 0, 0, 0
        self.keys = sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)

    def run(self):
        asyncio.run(self.serve())

    async def serve(self):
        server = await asyncio.start_server(self.talk, "127.0.0.1", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await server.serve_forever()

    async def talk(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = head.split("\r\n")
                headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:] if ":" in line}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, target, _ = lines[0].split(" ", 2)
                self.now += 1
                self.most = max(self.most, self.now)
                await asyncio.sleep(self.wait)
                self.now -= 1
                status, kind, out, extra = self.answer(method, target, headers, body)
                writer.write(f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(out)}\r\nx-amz-request-id: 1\r\nx-amz-bucket-region: us-east-1\r\n{extra}\r\n".encode() + (b"" if method == "HEAD" else out))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(self, method, target, headers, body):
        url = urllib.parse.urlsplit(target)
        if b"GetCallerIdentity" in body:
            return "200 OK", "text/xml", b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/a</Arn><UserId>A</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>", ""
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        key = urllib.parse.unquote(url.path).split("/", 2)[2] if url.path.count("/") > 1 else ""
        if "list-type" in query:
            return "200 OK", "application/xml", self.listing(query), ""
        if method == "HEAD" and not key:
            return "200 OK", "application/xml", b"", ""
        path = os.path.join(self.folder, key)
        if not os.path.isfile(path):
            return "404 Not Found", "application/xml", b"<Error><Code>NoSuchKey</Code></Error>", ""
        self.reads += 1
        content = open(path, "rb").read()
        extra = f'etag: "{len(content)}"\r\n'
        if "range" in headers:
            first, last = headers["range"].removeprefix("bytes=").split("-")
            part = content[int(first) : int(last) + 1]
            return "206 Partial Content", "application/octet-stream", part, extra + f"content-range: bytes {first}-{int(first) + len(part) - 1}/{len(content)}\r\n"
        return "200 OK", "application/octet-stream", content, extra

    def listing(self, query):
        prefix, after = query.get("prefix", ""), query.get("start-after", "")
        entries, folders = [], []
        for key in self.keys:
            if not key.startswith(prefix) or key <= after:
                continue
            rest = key[len(prefix) :]
            if query.get("delimiter") and "/" in rest:
                folder = prefix + rest.split("/")[0] + "/"
                if folder not in folders:
                    folders.append(folder)
            else:
                entries.append(key)
        quote = lambda text: sax.escape(urllib.parse.quote(text))
        contents = "".join(f"<Contents><Key>{quote(key)}</Key><LastModified>2026-11-01T00:00:00.000Z</LastModified><ETag>&quot;{os.path.getsize(os.path.join(self.folder, key))}&quot;</ETag><Size>{os.path.getsize(os.path.join(self.folder, key))}</Size></Contents>" for key in entries)
        common = "".join(f"<CommonPrefixes><Prefix>{quote(folder)}</Prefix></CommonPrefixes>" for folder in folders)
        return f"<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>{len(entries) + len(folders)}</KeyCount><EncodingType>url</EncodingType>{contents}{common}</ListBucketResult>".encode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("logs")
    parser.add_argument("--latency", type=int, default=100)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    packed = size(asked.logs, ".gz")
    lake = tempfile.mkdtemp()

    def write(threads, *more, source=(asked.logs,), **environment):
        shutil.rmtree(lake)
        return run([asked.binary, "lake", "write", *source, "--to", lake, "--threads", str(threads), *more], **environment)

    question = lambda threads: run([asked.binary, "invocations", asked.logs, "--by", "function,caller", "--format", "csv", "--no-index", "--threads", str(threads)])
    print("what, CPU s, wall s, peak MB")
    for threads in (1, 2):
        print(f"question, {threads} threads:", *(f"{one:.2f}" for one in median(asked.times, lambda: question(threads))))
    for threads in (1, 2):
        print(f"lake write, {threads} threads:", *(f"{one:.2f}" for one in median(asked.times, lambda: write(threads))))
    tables = {name: size(os.path.join(lake, name), ".parquet") for name in ("invocations", "control_events", "invocations_daily")}
    for name, bytes_ in tables.items():
        print(f"{name}: {bytes_ / 1e6:.1f} MB, {100 * bytes_ / packed:.2f} % of the gzip")
    print("question over the lake, 2 threads:", *(f"{one:.2f}" for one in median(asked.times, lambda: run([asked.binary, "invocations", "--lake", lake, "--by", "function,caller", "--format", "csv", "--threads", "2"]))))
    print("lake verify, 2 threads:", *(f"{one:.2f}" for one in median(asked.times, lambda: run([asked.binary, "lake", "verify", lake]))))
    idle = median(asked.times, lambda: run([asked.python, "-c", "import duckdb"]))
    duck = median(asked.times, lambda: run([asked.python, "-c", QUESTION, lake]))
    print(f"DuckDB over the lake: {duck[0] - idle[0]:.2f} CPU s beside {idle[0]:.2f} to start")
    bucket = Bucket(asked.logs, asked.latency / 1000)
    bucket.start()
    bucket.ready.wait()
    environment = dict(os.environ, AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="s", AWS_REGION="us-east-1", AWS_ENDPOINT_URL=f"http://127.0.0.1:{bucket.port}")
    cpu, wall, peak = write(2, source=("s3://stand-in/",), env=environment)
    print(f"lake write from S3, {asked.latency} ms, 2 threads: {bucket.reads / wall:.0f} objects a second, {cpu:.2f} CPU s, {peak:.0f} MB, at most {bucket.most} requests under way")
    shutil.rmtree(lake)


main()
