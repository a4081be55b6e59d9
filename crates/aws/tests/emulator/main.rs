//! The collector against an emulator of AWS (moto server), whose address is in INVOKETRAIL_MOTO_URL.
