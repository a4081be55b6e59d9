//! Which tool called, as the user agent says.

/// Tools that attackers and those who imitate them use.
pub(crate) const OFFENSIVE: &[&str] = &[
    "pacu",
    "stratus-red-team",
    "trufflehog",
    "cloudfox",
    "kali",
    "parrot",
    "pentoo",
    "blackarch",
    "sqlmap",
    "nuclei",
    "nikto",
    "gobuster",
    "ffuf",
    "metasploit",
    "nmap",
    "cloud_enum",
    "aws-nuke",
    "peirates",
    "scoutsuite",
    "weirdaal",
    "enumerate-iam",
    "cloudgoat",
    "awspx",
    "quiet-riot",
];

/// Programs that speak HTTP and sign nothing by themselves.
const PLAIN: [&str; 12] = [
    "curl",
    "wget",
    "python-requests",
    "python-urllib",
    "httpie",
    "postmanruntime",
    "insomnia",
    "go-http-client",
    "axios",
    "node-fetch",
    "python-httpx",
    "aiohttp",
];

/// Tools that people use by hand.
const BY_HAND: [&str; 8] = [
    "aws-cli",
    "aws-powershell",
    "awspowershell",
    "aws-cloudshell",
    "mozilla",
    "aws-console",
    "awsconsole",
    "aws-shell",
];

/// The product that the agent names first, in lower case, without its version.
pub(crate) fn family(agent: &str) -> String {
    let agent = agent.trim_start_matches(['[', '"', ' ']);
    let first = agent.split(['/', ' ', ',', ';']).next().unwrap_or_default();
    first.to_ascii_lowercase()
}

/// The tool of attackers that the agent names as a word of its own; `None` where it names none.
pub(crate) fn offensive(agent: &str) -> Option<&'static str> {
    let agent = agent.to_ascii_lowercase();
    OFFENSIVE.iter().copied().find(|tool| {
        agent.match_indices(tool).any(|(at, _)| {
            let before = agent.get(..at).and_then(|text| text.chars().next_back());
            let after = agent.get(at + tool.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(|one| one.is_ascii_alphanumeric())
                && !after.is_some_and(|one| one.is_ascii_alphabetic())
        })
    })
}

/// True iff the family is one of programs that only speak HTTP.
pub(crate) fn plain(family: &str) -> bool {
    PLAIN.contains(&family)
}

/// True iff the family is one that people use by hand.
pub(crate) fn is_interactive(family: &str) -> bool {
    BY_HAND.contains(&family) || plain(family)
}

#[cfg(test)]
mod tests {
    use super::{family, is_interactive, offensive, plain};

    #[test]
    fn tools_are_known_by_whole_words() {
        let kali = "aws-cli/2.15.0 Python/3.11 Linux/6.5.0-kali3-amd64";
        assert_eq!(offensive(kali), Some("kali"));
        assert_eq!(offensive("stratus-red-team_1"), Some("stratus-red-team"));
        assert_eq!(offensive("Boto3/1.34 app/kalinka impacu"), None);
        assert_eq!(
            (family(kali).as_str(), family("[aws-sdk-java/2 x]").as_str()),
            ("aws-cli", "aws-sdk-java")
        );
        assert!(plain("curl") && is_interactive("aws-cli") && !is_interactive("boto3"));
    }
}
