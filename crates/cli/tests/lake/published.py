"""Queries over `cloudtrail_logs` as AWS's pages and others publish them for Athena, each with the same question to our flat tables."""

QUERIES = [
    (
        "who called which API, most often first",
        """SELECT useridentity.arn, eventsource, eventname, COUNT(*) AS calls FROM cloudtrail_logs
        WHERE eventtime >= '2026-11-20T00:00:00Z' AND eventtime < '2026-11-21T00:00:00Z'
        GROUP BY useridentity.arn, eventsource, eventname ORDER BY calls DESC""",
        """select useridentity_arn, eventsource, eventname, count(*) from (
        select useridentity_arn, eventsource, eventname, eventtime from invocations union all
        select useridentity_arn, eventsource, eventname, eventtime from control_events)
        where eventtime[:10] = '2026-11-20' group by all""",
    ),
    (
        "anonymous callers",
        """SELECT * FROM cloudtrail_logs WHERE eventsource = 'lambda.amazonaws.com' AND useridentity.accountid = 'anonymous'
        AND useridentity.arn IS NULL AND requestparameters LIKE '%invoices%'""",
        "select 1 where false",
    ),
    (
        "calls of one role",
        """SELECT eventtime, eventname, useridentity.sessioncontext.sessionissuer.username AS role, sourceipaddress
        FROM cloudtrail_logs WHERE useridentity.sessioncontext.sessionissuer.arn LIKE '%:role/%' AND readonly = 'false'""",
        """select eventtime, eventname, regexp_extract(useridentity_issuer_arn, '[^/]+$'), sourceipaddress from (
        select eventtime, eventname, useridentity_issuer_arn, sourceipaddress, readonly from invocations union all
        select eventtime, eventname, useridentity_issuer_arn, sourceipaddress, readonly from control_events)
        where useridentity_issuer_arn like '%:role/%' and not readonly""",
    ),
    (
        "functions by what was asked for",
        """SELECT json_extract_scalar(requestparameters, '$.functionName') AS function, COUNT(*) FROM cloudtrail_logs
        WHERE eventname = 'Invoke' GROUP BY 1""",
        "select functionname, count(*) from invocations where eventname = 'Invoke' group by 1",
    ),
    (
        "errors",
        """SELECT errorcode, COUNT(eventid) AS n FROM cloudtrail_logs WHERE errorcode IS NOT NULL GROUP BY errorcode ORDER BY n DESC
        LIMIT 10""",
        """select errorcode, count(*) from (select errorcode from invocations union all select errorcode from control_events)
        where errorcode is not null group by 1""",
    ),
]
