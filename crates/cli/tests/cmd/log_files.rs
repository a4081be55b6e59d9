//! Log files that are damaged, huge or hostile: counted, named, the right exit code, nothing else lost.

use crate::run::{Finished, run, with_stdin};
use flate2::write::GzEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// A record of an invocation with that number.
pub(crate) fn record(number: usize) -> String {
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/eve","accountId":"111122223333","userName":"eve"}},"eventTime":"2026-11-20T{:02}:{:02}:00Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.1","userAgent":"x","requestParameters":{{"functionName":"f{}","invocationType":"RequestResponse"}},"requestID":"00000000-0000-4000-9000-{number:012x}","eventID":"00000000-0000-4000-8000-{number:012x}","resources":[{{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:eu-west-1:111122223333:function:f{}"}}],"recipientAccountId":"111122223333","eventCategory":"Data"}}"#,
        number / 60 % 24,
        number % 60,
        number % 7,
        number % 7
    )
}

pub(crate) fn file(records: impl Iterator<Item = usize>) -> String {
    format!("{{\"Records\":[{}]}}", records.map(record).collect::<Vec<_>>().join(","))
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The answer of a folder as JSON, with what was said.
fn asked(folder: &Path) -> (Finished, serde_json::Value) {
    let said = run(&["invocations", folder.to_str().unwrap(), "--format", "json"]);
    let document = serde_json::from_str(&said.stdout).unwrap_or_default();
    (said, document)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(folder.join(name), bytes).unwrap();
}

#[test]
fn a_damaged_file_costs_only_itself() {
    let good = file(0..10);
    let whole = gzip(good.as_bytes());
    let with = |tail: &[u8]| [whole.as_slice(), tail].concat();
    let broken = good.replacen("\"eventID\":\"0", "\"eventID\":5\"", 1);
    let mut latin = good.clone().into_bytes();
    latin[good.find("\"x\"").unwrap() + 1] = 0xff;
    for (name, bytes, calls, reason) in [
        ("truncated.json.gz", whole[..whole.len() - 20].to_vec(), None, "ends early"),
        ("trailing.json.gz", with(b"and more"), Some(10), "8 bytes that are not gzip data follow"),
        ("broken.json.gz", gzip(broken.as_bytes()), None, ""),
        ("latin.json", latin, Some(9), "not UTF-8"),
        ("cut.json", good.as_bytes()[..good.len() - 300].to_vec(), Some(9), "cut off"),
        ("other.json", br#"{"hello":"world"}"#.to_vec(), Some(0), "no form of CloudTrail records"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "good.json.gz", &gzip(file(100..105).as_bytes()));
        write(folder.path(), name, &bytes);
        let (said, document) = asked(folder.path());
        assert_eq!(said.code, Some(4), "{name}: {said:?}");
        assert!(said.stderr.contains("note: 1 file is damaged, 0 unread"), "{name}: {said:?}");
        let trouble = &document["reading"]["troubles"][0];
        assert!(trouble["file"].as_str().unwrap().ends_with(name), "{name}: {trouble}");
        assert!(trouble["reason"].as_str().unwrap().contains(reason), "{name}: {trouble}");
        assert!(
            document["total"]["calls"].as_u64().unwrap() >= 5,
            "{name}: nothing of the other file is lost"
        );
        if let Some(calls) = calls {
            assert_eq!(document["total"]["calls"], 5 + calls, "{name}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "good.json.gz", &gzip(file(0..5).as_bytes()));
    // A folder with the name of a file is a folder, and empty.
    std::fs::create_dir(folder.path().join("folder.json.gz")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folder.path().join("link.json.gz")).unwrap();
    let (said, document) = asked(folder.path());
    assert_eq!(said.code, Some(4), "{said:?}");
    assert_eq!(document["reading"]["files"]["unread"], 1);
    assert_eq!(document["total"]["calls"], 5);
    let trouble = &document["reading"]["troubles"][0];
    assert!(trouble["file"].as_str().unwrap().ends_with("link.json.gz"), "{trouble}");
    assert_eq!(trouble["reason"], "no such file or directory");
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_do_not_lead_in_circles() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.json", file(0..3).as_bytes());
    std::fs::create_dir(folder.path().join("b")).unwrap();
    std::os::unix::fs::symlink("..", folder.path().join("b").join("up")).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("self")).unwrap();
    let (said, document) = asked(folder.path());
    assert_eq!((said.code, &document["total"]["calls"]), (Some(0), &3.into()), "{said:?}");
}

#[test]
fn nothing_at_all_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::create_dir(at("empty")).unwrap();
    write(folder.path(), "noise.json", b"no JSON at all");
    for (source, wanted) in [
        (at("empty"), "empty holds no log files of CloudTrail"),
        (at("missing"), "no such file or directory"),
        (at("noise.json"), "no form of CloudTrail records"),
    ] {
        let said = run(&["invocations", &source]);
        assert_eq!(said.code, Some(1), "{source}: {said:?}");
        assert!(said.stdout.is_empty() && said.stderr.starts_with("error: "), "{said:?}");
        assert!(said.stderr.contains(wanted) && said.stderr.contains("\nhelp: "), "{said:?}");
    }
}

/// A gzip member of one deflate stream in which each of `parts` stands so many times; only one of each is deflated.
fn repeated(parts: &[(&[u8], usize)]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut sum = Crc::new();
    for (part, times) in parts {
        let mut compressed = Vec::with_capacity(part.len() + 1024);
        // Each ends at a whole byte and looks at nothing before it, so that its bytes can stand again.
        let status = Compress::new(Compression::best(), false).compress_vec(
            part,
            &mut compressed,
            FlushCompress::Full,
        );
        assert_eq!(status.unwrap(), Status::Ok);
        let mut alone = Crc::new();
        alone.update(part);
        for _ in 0..*times {
            out.extend(&compressed);
            sum.combine(&alone);
        }
    }
    // An empty last block, then the sum and the length.
    out.extend([3, 0]);
    out.extend(sum.sum().to_le_bytes());
    out.extend(sum.amount().to_le_bytes());
    out
}

#[test]
fn a_bomb_is_named_and_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let spaces = vec![b' '; 1 << 20];
    write(folder.path(), "bomb.json.gz", &repeated(&[(&spaces, 600)]));
    write(folder.path(), "good.json.gz", &gzip(file(0..5).as_bytes()));
    let (said, document) = asked(folder.path());
    assert_eq!((said.code, &document["total"]["calls"]), (Some(4), &5.into()), "{said:?}");
    let reason = &document["reading"]["troubles"][0]["reason"];
    assert_eq!(reason, "inflates to more than the limit of 335544320 bytes");
}

#[test]
fn three_hundred_megabytes_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let other = record(0).replace("lambda.amazonaws.com", "s3.amazonaws.com") + ",";
    let many = other.repeat(1_000);
    let last = record(1) + "]}";
    let times = 300_000_000 / many.len() + 1;
    let bytes = repeated(&[(b"{\"Records\":[", 1), (many.as_bytes(), times), (last.as_bytes(), 1)]);
    write(folder.path(), "large.json.gz", &bytes);
    let begun = Instant::now();
    let (said, document) = asked(folder.path());
    assert_eq!((said.code, &document["total"]["calls"]), (Some(0), &1.into()), "{said:?}");
    assert!(document["reading"]["bytes"].as_u64().unwrap() > 300_000_000);
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn records_of_the_largest_size_and_out_of_order() {
    let long = |number: usize| record(number).replacen("\"x\"", &format!("\"{}\"", "y".repeat(256_000)), 1);
    let records: Vec<String> = (0..20).rev().map(long).collect();
    let said = with_stdin(
        &["invocations", "-", "--by", "function", "--format", "csv"],
        records.join("\n").as_bytes(),
    );
    assert_eq!(said.code, Some(0), "{said:?}");
    let first = said.stdout.lines().find(|line| line.contains(":f0,")).unwrap();
    assert!(first.ends_with(",2026-11-20T00:00:00Z,2026-11-20T00:14:00Z"), "{first}");
}

#[test]
fn names_with_escapes_and_formulas_reach_neither_terminal_nor_spreadsheet() {
    let evil = record(1)
        .replace("user/eve", "user/=cmd\\u001b]0;owned\\u0007\\u202e")
        .replace(":f1", ":@SUM(1)\\u001b[2J")
        .replace("arn:aws:lambda", "=arn:aws:lambda");
    for format in ["terminal", "json", "jsonl", "csv"] {
        for timeline in [false, true] {
            let mut arguments = vec!["invocations", "-", "--format", format];
            arguments.extend(timeline.then_some(["--timeline", "--function", "*"]).into_iter().flatten());
            let said = with_stdin(&arguments, evil.as_bytes());
            assert_eq!(said.code, Some(0), "{said:?}");
            let acts = |c: char| !matches!(c, '\n' | '\r') && c.is_control() || c == '\u{202e}';
            assert!(!said.stdout.contains(acts) && !said.stderr.contains(acts), "{arguments:?}: {said:?}");
            if format == "csv" {
                let cells = said.stdout.split([',', '\n']);
                let formulas = cells.filter(|cell| cell.starts_with(['=', '+', '@']));
                assert_eq!(formulas.count(), 0, "{}", said.stdout);
            }
        }
    }
}

#[test]
fn a_layout_of_cloudtrail_is_read_by_its_keys_alone() {
    let folder = tempfile::tempdir().unwrap();
    let put = |key: &str, bytes: &[u8]| {
        let path = folder.path().join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    let key = |account: &str, kind: &str, day: &str, name: &str| {
        format!("AWSLogs/o-abc/{account}/{kind}/eu-west-1/2026/11/{day}/{name}.json.gz")
    };
    put(&key("111122223333", "CloudTrail", "20", "a"), &gzip(file(0..3).as_bytes()));
    put(&key("111122223333", "CloudTrail", "21", "b"), &gzip(file(10..14).as_bytes()));
    put(&key("111122223333", "CloudTrail", "25", "c"), &gzip(file(20..25).as_bytes()));
    put(&key("444455556666", "CloudTrail", "20", "d"), &gzip(file(30..36).as_bytes()));
    put(&key("111122223333", "CloudTrail-Digest", "20", "e"), b"{}");
    put(&key("111122223333", "CloudTrail-Insight", "20", "f"), b"{}");
    put(&key("111122223333", "CloudTrail-NetworkActivity", "20", "g"), b"{}");
    put("notes.json", b"{}");
    let calls = |arguments: &[&str]| {
        let source =
            [&["invocations", folder.path().to_str().unwrap(), "--format", "json"], arguments].concat();
        let said = run(&source);
        let document: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        (said.code, document["total"]["calls"].as_u64().unwrap(), document["reading"].clone())
    };
    let (code, all, reading) = calls(&[]);
    assert_eq!((code, all, &reading["files"]["read"]), (Some(0), 18, &4.into()));
    let left_out = serde_json::json!({"digests": 1, "insights": 1, "network_activity": 1, "other": 1, "names": ["notes.json"]});
    assert_eq!(reading["left_out"], left_out);
    // Events of the 20th may lie in a file of the 21st.
    let (_, of_day, reading) = calls(&["--since", "2026-11-20", "--until", "2026-11-20"]);
    assert_eq!((of_day, &reading["files"]["read"]), (13, &3.into()));
    let (_, _, reading) = calls(&["--account", "444455556666"]);
    assert_eq!(reading["files"]["read"], 1);
    let inside = folder.path().join("AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2026/11");
    let (said, document) = asked(&inside);
    assert_eq!((said.code, &document["total"]["calls"]), (Some(0), &12.into()), "{said:?}");
    let narrow = run(&["invocations", folder.path().to_str().unwrap(), "--since", "2027-01-01"]);
    assert_eq!(narrow.code, Some(1), "{narrow:?}");
    assert!(narrow.stderr.contains("no log file of the days asked for"), "{narrow:?}");
    assert!(narrow.stderr.contains("help: check the accounts, Regions and days"), "{narrow:?}");
}

#[test]
fn a_copy_without_a_byte_is_no_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "good.json.gz", &gzip(file(0..5).as_bytes()));
    write(folder.path(), "full-disk.JSON.GZ", b"");
    let (said, document) = asked(folder.path());
    assert_eq!((said.code, &document["total"]["calls"]), (Some(4), &5.into()), "{said:?}");
    assert_eq!(document["reading"]["files"]["damaged"], 1);
    let trouble = &document["reading"]["troubles"][0];
    assert!(trouble["file"].as_str().unwrap().ends_with("full-disk.JSON.GZ"), "{trouble}");
    assert!(trouble["reason"].as_str().unwrap().contains("the file is empty"), "{trouble}");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_in_place_of_a_folder_is_a_loss() {
    let link = |root: &Path, at: &str| {
        let path = root.join(at);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink("/gone/away", path).unwrap();
    };
    let below = "AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2026/11";
    for (at, code) in [
        ("AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2026/11/21", 4),
        ("AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2025", 4),
        ("AWSLogs/o-abc/111122223333/CloudTrail/us-east-1", 4),
        ("AWSLogs/444455556666", 4),
        ("AWSLogs/team", 4),
        ("second/AWSLogs", 4),
        ("AWSLogs/111122223333/elasticloadbalancing", 0),
        ("notes", 4),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join(below).join("20")).unwrap();
        write(folder.path(), &format!("{below}/20/a.json.gz"), &gzip(file(0..3).as_bytes()));
        link(folder.path(), at);
        let (said, document) = asked(folder.path());
        assert_eq!((said.code, &document["total"]["calls"]), (Some(code), &3.into()), "{at}: {said:?}");
        assert_eq!(document["reading"]["files"]["unread"], u64::from(code == 4), "{at}");
        if code == 4 {
            let trouble = &document["reading"]["troubles"][0];
            assert!(trouble["file"].as_str().unwrap().ends_with(at), "{trouble}");
        }
    }
    // What nobody asks for is no loss.
    let folder = tempfile::tempdir().unwrap();
    link(folder.path(), &format!("{below}/25"));
    std::fs::create_dir_all(folder.path().join(below).join("20")).unwrap();
    write(folder.path(), &format!("{below}/20/a.json.gz"), &gzip(file(0..3).as_bytes()));
    let path = folder.path().to_str().unwrap();
    let said = run(&["invocations", path, "--until", "2026-11-21"]);
    assert_eq!(said.code, Some(0), "{said:?}");
}

/// The newest digest says nothing of later ones, and the first one of earlier ones: where it names one before it, that is said.
#[test]
fn earlier_digests_that_are_not_here_are_told_of() {
    fn copied(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap().flatten() {
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                copied(&entry.path(), &target);
            } else {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    copied(&crate::run::root().join("examples/logs"), &logs);
    let text = |more: &[&str]| {
        let place = logs.to_str().unwrap();
        let keys = ["--public-keys", "examples/logs/public-keys.json"];
        run(&[&["logs", "validate", place][..], &keys, more].concat()).stdout
    };
    let told = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(!text(&[]).contains("earlier ones are not here"), "the chain starts here");
    let day = "AWSLogs/444455556666/CloudTrail-Digest/us-east-1/2026/11/21";
    let first = "444455556666_CloudTrail-Digest_us-east-1_shop-all_us-east-1_20261121T010000Z.json.gz";
    std::fs::remove_file(logs.join(day).join(first)).unwrap();
    let cut = told(&text(&[]));
    assert!(
        cut.contains("the first digest names another before 2026-11-21T01:00:00Z: earlier ones are not here"),
        "{cut}"
    );
    // Where a beginning is named, what is before it was not asked about.
    let asked = told(&text(&["--since", "2026-11-21T05:00:00Z"]));
    assert!(!asked.contains("earlier ones are not here"), "{asked}");
}
