//! One page of ListObjectsV2, read from its XML: all of it, or an error.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};

/// An object as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The whole key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// The entity tag without its quotes; empty iff none was told.
    pub etag: String,
    /// When it was last written: milliseconds since 1970.
    pub modified: i64,
}

/// A page of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// In the order of S3: by the bytes of the keys.
    pub entries: Vec<Listed>,
    /// The different beginnings up to the next `/`, which is their last character; only where they were asked for.
    pub folders: Vec<String>,
}

/// The page and the token of the next one; `None` iff the answer says that it is the last.
pub(super) fn read(body: &[u8]) -> Result<(Page, Option<String>), String> {
    let xml = std::str::from_utf8(body).map_err(|error| format!("the answer is not text: {error}"))?;
    let mut document = Document::new(xml);
    let mut root = document.root_element().map_err(|error| format!("the answer is not XML: {error}"))?;
    if !root.start_el().matches("ListBucketResult") {
        return Err("the answer is not a listing".to_owned());
    }
    // The decoder ends in silence where the text ends; a listing that was cut off must not look like a short one.
    let (prefix, local) = (root.start_el().prefix().to_owned(), root.start_el().local().to_owned());
    let closing = if prefix.is_empty() { format!("</{local}>") } else { format!("</{prefix}:{local}>") };
    if !xml.trim_end().ends_with(&closing) {
        return Err("the answer is cut off".to_owned());
    }
    let (mut page, mut declared) = (Page::default(), Declared::default());
    while let Some(mut part) = root.next_tag() {
        match part.start_el().local() {
            "Contents" => page.entries.push(entry(&mut part)?),
            "CommonPrefixes" => page.folders.push(folder(&mut part)?),
            "IsTruncated" => declared.truncated = Some(text(&mut part)? == "true"),
            "NextContinuationToken" => declared.next = Some(text(&mut part)?),
            "KeyCount" => declared.count = text(&mut part)?.parse::<usize>().ok(),
            "EncodingType" => declared.encoded = text(&mut part)? == "url",
            _ => {}
        }
    }
    settled(page, declared)
}

/// What the answer says about itself.
#[derive(Debug, Default)]
struct Declared {
    truncated: Option<bool>,
    next: Option<String>,
    count: Option<usize>,
    encoded: bool,
}

fn settled(mut page: Page, declared: Declared) -> Result<(Page, Option<String>), String> {
    let held = page.entries.len() + page.folders.len();
    // The decoder also ends in silence where the XML is broken.
    let count = declared.count.ok_or("the answer does not say how many keys it holds")?;
    if count != held {
        return Err(format!("the answer says that it holds {count} keys, and holds {held}"));
    }
    if declared.encoded {
        let named = page.entries.iter_mut().map(|entry| &mut entry.key).chain(&mut page.folders);
        for name in named {
            *name = decoded(name).ok_or_else(|| format!("`{name}` is not an encoded key"))?;
        }
    }
    let next = declared.next.filter(|next| !next.is_empty());
    match (declared.truncated, next) {
        (Some(false), _) => Ok((page, None)),
        (Some(true), Some(next)) => Ok((page, Some(next))),
        (Some(true), None) => Err("the answer does not say where the listing goes on".to_owned()),
        (None, _) => Err("the answer does not say whether the listing goes on".to_owned()),
    }
}

fn text(part: &mut ScopedDecoder<'_, '_>) -> Result<String, String> {
    let text = try_data(part).map_err(|error| format!("the answer is not XML: {error}"))?;
    Ok(text.into_owned())
}

fn entry(part: &mut ScopedDecoder<'_, '_>) -> Result<Listed, String> {
    let (mut key, mut size, mut etag, mut modified) = (None, None, String::new(), None);
    while let Some(mut member) = part.next_tag() {
        match member.start_el().local() {
            "Key" => key = Some(text(&mut member)?),
            "Size" => size = text(&mut member)?.trim().parse().ok(),
            "ETag" => etag = text(&mut member)?.trim_matches('"').to_owned(),
            "LastModified" => modified = millis(&text(&mut member)?),
            _ => {}
        }
    }
    let key = key.filter(|key| !key.is_empty()).ok_or("the answer holds an object without a key")?;
    let size = size.ok_or_else(|| format!("the answer does not say how large {key} is"))?;
    let modified = modified.ok_or_else(|| format!("the answer does not say when {key} was written"))?;
    Ok(Listed { key, size, etag, modified })
}

fn folder(part: &mut ScopedDecoder<'_, '_>) -> Result<String, String> {
    let mut prefix = None;
    while let Some(mut member) = part.next_tag() {
        if member.start_el().matches("Prefix") {
            prefix = Some(text(&mut member)?);
        }
    }
    prefix
        .filter(|prefix| !prefix.is_empty())
        .ok_or_else(|| "the answer holds a prefix without a name".to_owned())
}

fn millis(text: &str) -> Option<i64> {
    DateTime::from_str(text.trim(), Format::DateTimeWithOffset).ok()?.to_millis().ok()
}

/// What was encoded as in a form: `%XX` are bytes and `+` is a space. `None` iff it is not that.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = (rest.next()? as char).to_digit(16)?;
                let low = (rest.next()? as char).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{Listed, Page, decoded, read};

    const OBJECT: &str = "<Contents><Key>a%20b+c%2Bd/%C3%A9%3D</Key><LastModified>2026-11-23T00:00:01.500Z\
        </LastModified><ETag>&quot;e&quot;</ETag><Size>3</Size><StorageClass>STANDARD</StorageClass></Contents>";

    fn listing(inner: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult \
             xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>{inner}</ListBucketResult>\n"
        )
    }

    fn of(inner: &str) -> Result<(Page, Option<String>), String> {
        read(listing(inner).as_bytes())
    }

    #[test]
    fn keys_are_decoded_and_times_are_milliseconds() {
        let (page, next) = of(&format!(
            "{OBJECT}<CommonPrefixes><Prefix>x+y/</Prefix></CommonPrefixes><EncodingType>url</EncodingType>\
             <KeyCount>2</KeyCount><IsTruncated>true</IsTruncated><NextContinuationToken>t+/=</NextContinuationToken>"
        ))
        .unwrap();
        let entry = Listed {
            key: "a b c+d/é=".to_owned(),
            size: 3,
            etag: "e".to_owned(),
            modified: 1_795_392_001_500,
        };
        assert_eq!(page, Page { entries: vec![entry], folders: vec!["x y/".to_owned()] });
        assert_eq!(next.as_deref(), Some("t+/="));
    }

    #[test]
    fn keys_that_are_not_encoded_are_taken_with_their_entities() {
        let object = OBJECT.replace("a%20b+c%2Bd/%C3%A9%3D", "a+b&amp;&lt;%41");
        let (page, next) =
            of(&format!("{object}<KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>")).unwrap();
        assert_eq!(page.entries[0].key, "a+b&<%41");
        assert_eq!(next, None);
    }

    #[test]
    fn what_does_not_say_that_it_is_whole_is_an_error() {
        let last = "<KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>";
        let whole = listing(&format!("{OBJECT}{last}"));
        assert!(read(whole.as_bytes()).is_ok());
        for at in 0..whole.trim_end().len() {
            assert!(read(&whole.as_bytes()[..at]).is_err(), "cut off at {at}");
        }
        let wrong = [
            format!("{OBJECT}<KeyCount>1</KeyCount>"),
            format!("{OBJECT}<IsTruncated>false</IsTruncated>"),
            format!("{OBJECT}<KeyCount>1</KeyCount><IsTruncated>true</IsTruncated>"),
            format!("{OBJECT}{OBJECT}{last}"),
            format!("{last}{OBJECT}<Contents><Key>b</Kex></Contents>"),
            last.replace('1', "0") + "<Contents><Key>broken</Contents></Key>",
            format!("<Contents><Size>1</Size></Contents>{last}"),
            format!("{}{last}", OBJECT.replace("<Size>3</Size>", "<Size>many</Size>")),
            format!("{}{last}", OBJECT.replace("2026-11-23T", "yesterday ")),
            format!("<CommonPrefixes/>{last}"),
            format!("{}<EncodingType>url</EncodingType>{last}", OBJECT.replace("%20", "%2z")),
        ];
        for inner in wrong {
            assert!(of(&inner).is_err(), "{inner}");
        }
        for text in ["", "no", "<html></html>", "<Error><Code>x</Code></Error>"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"\xff\xfe").is_err());
        assert!(read("<x>".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn what_is_no_encoding_is_not_decoded() {
        for text in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decoded(text), None, "{text}");
        }
        assert_eq!(decoded("%F0%9F%97%9D").as_deref(), Some("🗝"));
    }
}
