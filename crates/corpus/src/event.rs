//! A record as AWS writes it: which members, in which order.

use std::fmt::Write;

/// What a record says. Members that are JSON are so already; texts are escaped already.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// `eventVersion`: decides which members there are.
    pub version: &'a str,
    /// `userIdentity`, JSON.
    pub identity: &'a str,
    /// `eventTime`
    pub time: &'a str,
    /// `eventSource`
    pub source: &'a str,
    /// `eventName`
    pub name: &'a str,
    /// `awsRegion`
    pub region: &'a str,
    /// `sourceIPAddress`
    pub address: &'a str,
    /// `userAgent`
    pub agent: &'a str,
    /// `errorCode`, `errorMessage`
    pub error: Option<(&'a str, &'a str)>,
    /// `requestParameters`, JSON.
    pub request: &'a str,
    /// `responseElements`, JSON.
    pub response: &'a str,
    /// `additionalEventData`, JSON.
    pub additional: Option<&'a str>,
    /// `requestID`
    pub request_id: &'a str,
    /// `eventID`
    pub event_id: &'a str,
    /// `readOnly`
    pub read_only: bool,
    /// `resources`, JSON.
    pub resources: Option<&'a str>,
    /// `managementEvent`; `eventCategory` follows.
    pub management: bool,
    /// `recipientAccountId`
    pub recipient: &'a str,
    /// `sharedEventID`
    pub shared: Option<&'a str>,
    /// The host of `tlsDetails`: not in records of services.
    pub host: Option<&'a str>,
    /// `sessionCredentialFromConsole`
    pub console: bool,
}

impl Event<'_> {
    /// Appends the record.
    pub fn write(&self, out: &mut String) {
        let Event { version, identity, time, source, name, region, address, agent, .. } = self;
        let Event { request, response, request_id, event_id, read_only, management, recipient, .. } = self;
        let mut put = |text: std::fmt::Arguments<'_>| {
            // Writing to a `String` cannot fail.
            let _ = out.write_fmt(text);
        };
        put(format_args!(
            r#"{{"eventVersion":"{version}","userIdentity":{identity},"eventTime":"{time}","eventSource":"{source}","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"{address}","userAgent":"{agent}","#
        ));
        if let Some((code, message)) = self.error {
            put(format_args!(r#""errorCode":"{code}","errorMessage":"{message}","#));
        }
        put(format_args!(r#""requestParameters":{request},"responseElements":{response},"#));
        if let Some(additional) = self.additional {
            put(format_args!(r#""additionalEventData":{additional},"#));
        }
        put(format_args!(r#""requestID":"{request_id}","eventID":"{event_id}","readOnly":{read_only},"#));
        if let Some(resources) = self.resources {
            put(format_args!(r#""resources":{resources},"#));
        }
        put(format_args!(
            r#""eventType":"AwsApiCall","managementEvent":{management},"recipientAccountId":"{recipient}""#
        ));
        if let Some(shared) = self.shared {
            put(format_args!(r#","sharedEventID":"{shared}""#));
        }
        // From 1.07 on (user guide, record contents).
        if *version != "1.06" {
            let category = if *management { "Management" } else { "Data" };
            put(format_args!(r#","eventCategory":"{category}""#));
        }
        if let Some(host) = self.host.filter(|_| *version != "1.06") {
            put(format_args!(
                r#","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{host}"}}"#
            ));
        }
        if self.console {
            put(format_args!(r#","sessionCredentialFromConsole":"true""#));
        }
        out.push('}');
    }
}
