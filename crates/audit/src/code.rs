//! The codes: a stable name for every reason, gap, risk and remedy. Words may be said better, or in another language; a
//! code never changes and is never given another meaning.

use std::fmt;
use std::ops::Deref;

macro_rules! codes {
    ($($room:ident $heading:literal { $($name:ident $text:literal $meaning:literal,)* })*) => {
        /// The stable name of something that we say.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            /// None: what was read from a file of a version without codes, or with later ones.
            #[default]
            Uncoded,
            $($(#[doc = $meaning] $name,)*)*
        }

        /// What codes are about: the sections of their page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Room {
            $(#[doc = $heading] $room,)*
        }

        impl Room {
            /// All of them, in the order of the page.
            pub const ALL: &'static [Room] = &[$(Room::$room,)*];

            /// What the codes in it are about, as a heading.
            #[must_use]
            pub const fn heading(self) -> &'static str {
                match self { $(Self::$room => $heading,)* }
            }

            /// Its codes, in the order of the page.
            #[must_use]
            pub const fn codes(self) -> &'static [Code] {
                match self { $(Self::$room => &[$(Code::$name,)*],)* }
            }
        }

        impl Code {
            /// The code in our formats.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { Self::Uncoded => "uncoded", $($(Self::$name => $text,)*)* }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    Self::Uncoded => "The file is of a version without codes, or has a code of a later one.",
                    $($(Self::$name => $meaning,)*)*
                }
            }
        }
    };
}

codes! {
    Verdict "Why invocations or management events are not recorded, or may not be" {
        AllRecorded "all-recorded" "Everything that was asked about is recorded.",
        NoRecorder "no-recorder" "No recorder records in this account and Region.",
        TrailNotLogging "trail-not-logging" "A trail is there, and its logging is off.",
        TrailNotDelivering "trail-not-delivering" "A trail logs, and CloudTrail reports an error of delivery.",
        StoreNotIngesting "event-data-store-not-ingesting" "An event data store is there, and its status says that it does not ingest.",
        HomeRegionNotEnabled "home-region-not-enabled" "The recorder's home Region is opt-in, and this account has not enabled it.",
        NoSelectorForCategory "no-selector-for-category" "No selector of the recorder takes events of this category (management or data events).",
        ManagementEventsOff "management-events-off" "A basic selector has IncludeManagementEvents false.",
        NoSelectorForType "no-selector-for-resource-type" "No selector of the recorder takes this resource type.",
        SelectorListsFunctions "selector-lists-functions" "A selector takes resources by name, and not this one.",
        SelectorExcludesFunctions "selector-excludes-functions" "A selector leaves out resources by name, and this one is among them.",
        ReadOnlySelector "read-write-condition" "A selector takes read events alone or write events alone (readOnly, ReadWriteType).",
        EventNameCondition "event-name-condition" "A condition on eventName leaves the event out.",
        EventSourceCondition "event-source-condition" "A condition on eventSource leaves the event out.",
        EventTypeCondition "event-type-condition" "A condition on eventType leaves the event out.",
        CallerCondition "caller-condition" "A condition on who calls (userIdentity.arn) leaves the event out.",
        ConsoleCondition "console-session-condition" "A condition on console sessions (sessionCredentialFromConsole) leaves the event out.",
        OtherCondition "other-condition" "Another condition of a selector leaves the event out.",
        EventSourceExcluded "event-source-excluded" "A basic selector leaves out the management events of a service (ExcludeManagementEventSources).",
        SelectorsUnreadable "selectors-unreadable" "The selectors of a recorder could not be read.",
        SelectorNotUnderstood "selector-not-understood" "A selector holds something that this version does not understand.",
        RecorderUncertain "recorder-uncertain" "It is not known whether the recorder records here.",
        RecordersUnlisted "recorders-unlisted" "Recorders could not be listed, and one may record here.",
        RegionsNotAudited "regions-not-audited" "Regions that were not audited may serve the resource, and what they serve is recorded there.",
        EventNamesContradicted "event-names-contradicted" "AWS documents contradict each other on the names of the events.",
        WorkLimit "work-limit" "The question takes more steps to settle than the work limit.",
        EventNamesUnsettled "event-names-unsettled" "AWS does not settle under which names all invocations are recorded (U-1): others would escape.",
    }
    Silent "Why a recorder records nothing at a place" {
        OtherRegion "recorder-of-other-region" "It is limited to another Region.",
        OtherAccount "recorder-of-other-account" "It belongs to another account, and to no organization of this one.",
        NotHere "recorder-not-here" "It does not exist in this Region.",
        NotCounted "recorder-not-counted" "The audit was asked to count trails alone (--recorders trails).",
        CompensatingChannel "service-linked-channel" "A channel that another AWS service owns is not a recorder.",
    }
    Control "What controls say" {
        NotAllSeen "not-all-places-seen" "Not every account and Region that was to be audited was seen.",
        NoPlaces "no-places" "The inventory holds no account and Region.",
        AllUnlistedRecorded "unlisted-would-be-recorded" "Not every resource could be listed, and any would be recorded.",
        AnyRecorded "new-would-be-recorded" "There is no resource yet, and any new one would be recorded.",
        NoResources "no-resources" "There is nothing of this kind.",
        NotAllListed "resources-unlisted" "Not every resource could be listed, and one may escape.",
        ExceptionHolds "exception-holds" "What fails is accepted under an exception that holds.",
        ExceptionEnded "exception-ended" "An exception has ended, and its functions are still not recorded.",
        ExceptionTooLong "exception-too-long" "An exception ends later than the settings allow, so it does not hold, and its functions are not recorded.",
        AllAccepted "all-accepted" "All that fails is accepted under exceptions that hold.",
        ExceptionUnmatched "exception-unmatched" "An exception matches no failing finding of its controls.",
        RecorderExists "recorder-exists-everywhere" "A recorder exists in every account and Region.",
        RecorderActive "recorder-active" "An active recorder delivers wherever one exists.",
        NoneActive "no-active-recorder" "Recorders exist, and none of them records.",
        ActivityUnknown "recorder-activity-unknown" "It is not known whether a recorder is active.",
        NoRecorderSeen "no-recorder-seen" "No recorder was seen, and not all could be listed.",
        GlobalServicesOff "global-services-not-recorded" "Events of global services (IAM, STS, CloudFront) are not recorded by the trails that record management events.",
        GlobalServicesUnknown "global-services-unknown" "It is not known whether events of global services are recorded.",
        DataEventsPartial "data-events-partial" "Not all data events, read and write, are recorded of the functions that exist.",
        DataEventsUnknown "data-events-unknown" "It is not known whether all data events are recorded of the functions that exist.",
        NewDataEventsPartial "new-data-events-partial" "Not all data events, read and write, of new functions are recorded.",
        NewDataEventsUnknown "new-data-events-unknown" "It is not known whether all data events of new functions are recorded.",
        DeliveryFails "delivery-error" "A trail cannot deliver log files.",
        DigestDeliveryFails "digest-delivery-error" "A trail cannot deliver digests.",
        TrailsUnread "trails-unread" "Which trails there are was not read.",
        StatusUnread "trail-status-unread" "The status of a trail was not read.",
        NoDeliveryErrors "no-delivery-error" "No trail reports an error of delivery.",
        ValidationOff "log-file-validation-off" "Log file validation is off.",
        ValidationOn "log-file-validation-on" "Log file validation is on.",
        ValidationUnread "log-file-validation-unread" "Whether log file validation is on was not read everywhere.",
        NoTrails "no-trail" "There is no trail to ask about.",
        PaidTwice "invocations-paid-twice" "The same invocations are recorded, and paid for, more than once.",
        ManagementPaidTwice "management-events-paid-twice" "The same management events are recorded more than once.",
        NothingTwice "nothing-paid-twice" "No invocation is certainly recorded twice.",
        CopiesWorkLimit "paid-copies-work-limit" "Whether two recorders record the same takes more steps to find than the work limit.",
        CopiesUnlisted "paid-copies-unlisted" "Resources could not be listed, so it is not known what is recorded twice.",
        CopiesUnknown "paid-copies-unknown" "A recorder that was not read may record the same a second time.",
        ValuesMatch "selector-values-match" "Every value of the selectors can match.",
    }
    Lint "What is the matter with a value of a selector" {
        ValueWildcard "value-with-wildcard" "Selectors know no wildcards, so `*` is an ordinary character.",
        ValueSlash "value-with-slash" "The slash form of an example of AWS is not the ARN of a function.",
        ValueQualified "value-with-version-or-alias" "Recorded ARNs carry no version or alias.",
        ValueForeign "value-of-other-partition" "The value is of another partition.",
        ValueNotWhole "value-not-whole" "The value is a beginning, and AWS compares it as a whole ARN.",
        ValueMatchesNothing "value-matches-nothing" "No resource of the type has an ARN like that.",
        UnknownType "unknown-lambda-type" "A Lambda resource type that this version does not know.",
    }
    Gap "Gaps: what could not be read" {
        CallRefused "call-refused" "AWS refused the call: the permission is missing.",
        CallFailed "call-failed" "The call was throttled, failed or was not answered.",
        CallNotOffered "call-not-offered" "The service does not know the call in this Region.",
        CallInterrupted "call-interrupted" "You interrupted the collection before this was read.",
        KnownAfterApply "known-after-apply" "A template leaves it open, so nobody can say before the change is applied.",
    }
    Remedy "Remedies: what to do" {
        AllowCall "allow-call" "Allow the AWS call that was refused.",
        CreateTrail "create-trail" "Create a trail.",
        AddSelector "add-selector" "Add a selector for the resource type to the recorder.",
        AddManagementSelector "add-management-selector" "Add a selector for management events to the recorder.",
        TakeWrites "take-write-events" "Let the selector take write events too.",
        TakeAllOfType "take-all-of-type" "Let the selector take every resource of the type.",
        RemoveCondition "remove-condition" "Remove the condition that leaves the events out.",
        StartLogging "start-logging" "Start the logging of the trail, or create one.",
        RepairDelivery "repair-delivery" "Let the trail deliver again, or create one.",
        CheckDelivery "check-bucket-and-key" "Check that the bucket exists, its policy and its key.",
        TurnOnValidation "turn-on-log-file-validation" "Turn log file validation on.",
        SetGlobalServices "set-global-service-events" "Set IncludeGlobalServiceEvents, or make the trail multi-Region.",
        KeepExclusions "exclusion-on-purpose" "Recorders leave out services on purpose; --all-management-events plans to record them.",
        RemoveNameCondition "remove-event-name-condition" "A selector without a condition on eventName records events under any name.",
        RecordAgainByDay "record-again-by-day" "The exception ends on that day: record again by then.",
        MendByDay "mend-by-day" "The exception ends on that day: mend what it accepts by then.",
        DropException "drop-exception" "Remove the exception, or correct what it matches.",
        RestoreOrDeclare "restore-or-declare" "Record again with restore, or declare a new exception.",
        ProofElsewhere "proof-in-main-control" "See lambda-invocations-recorded for the proof.",
        CopiesOfData "data-events-charged-per-copy" "Drop a copy: data events are charged per copy.",
        CopiesOfManagement "management-copies-charged" "Each copy of management events after the first is charged.",
    }
    Because "Why a plan changes a recorder, and what each change adds" {
        BestRecorder "best-existing-recorder" "Of the recorders that are there, this one serves best.",
        NewTrail "new-trail" "No recorder of the account can be changed so that it records what is missing.",
        NewOrganizationTrail "new-organization-trail" "One trail of the organization serves several accounts.",
        CopyNeedless "recorded-by-others" "Others record the same.",
        LeaveOut "left-out-by-name" "A declared reduction leaves functions out by name.",
        KeepOnly "kept-by-name" "A declared reduction keeps the functions that are named, and no other.",
        LeaveOutForBudget "left-out-for-budget" "A declared reduction leaves functions out so that recording costs no more than the budget.",
        LetInAgain "let-in-again" "What the reduction left out is let in again.",
        TakesBack "takes-back" "It takes back what a plan changed.",
        GainResources "gains-resources" "Invocations of these resources are newly recorded.",
        GainNew "gains-new-resources" "Invocations of resources to come are newly recorded.",
        GainManagement "gains-management-events" "Management events are newly recorded.",
        UndoDeletesBucket "undo-deletes-bucket" "Undo deletes the bucket as long as it is empty.",
        UndoDeletesTrail "undo-deletes-trail" "Undo deletes the trail; its log files stay.",
        UndoSetsBack "undo-sets-back" "Undo sets it back to what it was.",
        ApplyAgain "apply-again" "The plan is applied again.",
    }
    Risk "What a change can break" {
        MoreRecords "more-records" "Whatever reads the trail's log files receives more, and pays for it.",
        DeliveryLoop "delivery-loop" "A function that log delivery triggers creates a record by each run.",
        MoreIngested "more-ingested" "The event data store ingests and keeps more, paid for by volume.",
        FewerRecords "fewer-records" "Whatever reads the trail's log files no longer receives those that go.",
        FewerIngested "fewer-ingested" "Queries of the event data store no longer find what goes.",
        ChangeIsEvent "change-is-an-event" "The change is an event itself that monitoring may report.",
        OtherRegionsManagement "other-regions-management-events" "Management events of other Regions are recorded too, and may be a paid copy.",
        LoggingStarts "logging-starts" "Whatever the selectors say is recorded and paid for from now on.",
        BucketDefaults "bucket-defaults" "The new bucket has AWS's default encryption and no lifecycle rule.",
        NeedsTrustedAccess "needs-trusted-access" "AWS refuses it unless CloudTrail has trusted access in AWS Organizations.",
        RecordsEveryAccount "records-every-account" "It records every account of the organization, and each pays for its data events.",
        ShowsInMembers "shows-in-member-accounts" "It shows in every member account, and counts towards the limit of trails.",
        TrailLimit "trail-limit" "An account takes five trails in a Region.",
        LessRecorded "less-recorded" "Less is recorded.",
        RecordedNoLonger "recorded-no-longer" "What it records is no longer recorded.",
        NewFunctionsEscape "new-functions-not-recorded" "Functions created later are not recorded.",
        CallsAbroadEscape "calls-to-other-accounts-not-recorded" "Calls to functions in other accounts are no longer recorded here.",
        CopiesUnproven "remaining-copies-unproven" "The copies that stay have no log file validation.",
        RecordedAgain "recorded-again" "What the plan left out is recorded again, and paid for.",
    }
    Refusal "What is not planned, and the nearest that can be done" {
        ManagedByControlTower "managed-by-control-tower" "AWS Control Tower manages the trail and forbids to change it.",
        UnreadStays "unread-stays" "The selectors could not be read, so the recorder is not changed.",
        ExcludedOnPurpose "excluded-on-purpose" "Management events are left out on purpose, and stay so.",
        NoRecorderFits "no-recorder-fits" "No recorder can be changed or created so that it records everything here.",
        GlobalEventsLeftOut "global-events-left-out" "A trail that leaves out events of global services cannot record all Regions.",
        TrailsFull "trails-full" "The account has as many trails in a Region as AWS takes.",
        HangsOnGaps "hangs-on-gaps" "Whether it is recorded already hangs on what could not be read.",
        NobodyCanCreate "nobody-can-create-organization-trail" "No account that was visited can create the trail of the organization.",
        CopyElsewhereUnseen "copy-elsewhere-unseen" "Others record the same where it was looked, and the recorder reaches further.",
        NothingOwn "nothing-of-its-own" "Others record all that the recorder records.",
        SearchStopped "search-stopped" "The search for paid copies stopped at its work limit.",
        BudgetUncounted "budget-uncounted" "Something is not counted, so no budget can be promised.",
        BudgetTooLow "budget-too-low" "What must be kept costs more than the budget.",
        MustKeep "must-keep" "The function is on the must-keep list.",
        NotAmongSeen "function-not-seen" "The function is not among those seen.",
        TagsUnknown "tags-unknown" "Tags are not known, so the functions are kept.",
        NothingMatches "nothing-matches" "No function matches.",
        RecordedTodayUnknown "recorded-today-unknown" "It is not known whether the function is recorded today.",
        NotRecordedToday "not-recorded-today" "The function is not recorded today, so there is nothing to drop.",
        NotLookedAt "not-looked-at" "More than was looked at would be lost.",
        MayRecord "may-record-unread" "Something was not read, and a recorder may record the functions all the same.",
        WouldDropOthers "would-drop-others" "The changes would drop other functions than were meant.",
        ExceptionStays "exception-stays" "What the exception excuses is not certainly recorded yet.",
        SelectorsNotSettable "selectors-not-settable" "The selectors hold something that cannot be set in one request.",
        EditNotUnderstood "edit-not-understood" "What would have to be rewritten is not understood.",
        DoesNotFit "does-not-fit" "A limit of AWS on selectors is exceeded.",
        AwsWouldRefuse "aws-would-refuse" "AWS would refuse the result.",
        NoSelectorLeft "no-selector-left" "No selector would be left.",
        NotProven "not-proven" "It cannot be proven that nothing is lost.",
        EditByHand "edit-by-hand" "Edit the selectors by hand.",
        TrailBeside "trail-beside" "A trail of its own for data events, beside the managed one.",
        GrantCall "grant-and-plan-again" "Grant the call that was not answered, and plan again.",
        AllManagement "plan-all-management-events" "plan --all-management-events records them too.",
        SeeAudit "see-audit" "The audit says more.",
        OtherCredentials "plan-from-organization" "Plan with credentials that can create it, or ask for one trail in each account.",
        PlanOverAll "plan-over-all" "Plan over all that the recorder reaches.",
        DeleteByHand "delete-by-hand" "Delete the recorder by hand.",
        PlanAgain "plan-again" "Apply this plan and plan again.",
        HigherBudget "higher-budget" "A higher budget, or fewer functions that must be kept.",
        RestoreLater "restore-later" "Restore again once it is recorded.",
        LeaveOutFewer "leave-out-fewer" "Leave out fewer functions.",
        MakeRoom "make-room" "Make room among the values of the recorder.",
    }
    Loss "Why a function may be dropped, and what speaks for keeping it" {
        LossDeclared "loss-declared" "A declared reduction drops it.",
        LossRecordedByOther "loss-recorded-by-other" "Another recorder records it.",
        LossUnexplained "loss-unexplained" "The plan does not say why.",
        FactsUnknown "facts-unknown" "Nothing is known of who may invoke the function.",
        PolicyUnread "policy-unread" "Its resource policy could not be read.",
        PublicPolicy "public-policy" "Anybody may invoke it by its resource policy.",
        SharedPolicy "policy-for-other-accounts" "Other accounts may invoke it by its resource policy.",
        UrlsUnread "function-urls-unread" "Its function URLs could not be read.",
        OpenUrl "function-url-without-authentication" "It has a function URL without authentication.",
        FunctionUrl "function-url" "It has a function URL.",
        TriggersUnread "triggers-unread" "Its triggers could not be read.",
        InternetTrigger "internet-trigger" "The internet can trigger it.",
        RoleUnknown "execution-role-unknown" "Its execution role is not known.",
        PowerfulRole "powerful-execution-role" "The name of its execution role hints at wide permissions.",
        FunctionTagsUnread "function-tags-unread" "Its tags could not be read.",
        SensitiveTag "sensitive-tag" "A tag says that it handles data worth protecting.",
        ProductionTag "production-tag" "A tag says that it is in production.",
    }
    Cost "What figures of cost rest on" {
        PriceList "price-list" "Prices, their date and source.",
        RecordsPerInvocation "records-per-invocation" "How many records one invocation gives rise to.",
        CostExcludes "cost-excludes" "What the figures leave out.",
        InvocationsUnknown "invocations-unknown" "Invocations of functions are not known and not counted.",
        NewerKindsUncounted "newer-kinds-uncounted" "Invocations of web functions and MicroVM images are not counted.",
        UnlistedUncounted "unlisted-uncounted" "Resources that were not listed are not counted.",
    }
}

impl Code {
    /// The code of that name; [`Code::Uncoded`] for one that this version does not know.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut all = Room::ALL.iter().flat_map(|room| room.codes());
        all.find(|code| code.as_str() == text).copied().unwrap_or_default()
    }

    /// The sentence that is said for it.
    #[must_use]
    pub fn says(self, words: impl Into<String>) -> Coded {
        Coded { words: words.into(), code: self }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A sentence with its code. It reads as its words, and sorts by them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Coded {
    /// The words.
    pub words: String,
    /// The code.
    pub code: Code,
}

impl Coded {
    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.words
    }
}

impl Deref for Coded {
    type Target = str;

    fn deref(&self) -> &str {
        &self.words
    }
}

impl fmt::Display for Coded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.words)
    }
}

impl PartialEq<str> for Coded {
    fn eq(&self, other: &str) -> bool {
        self.words == other
    }
}

impl PartialEq<&str> for Coded {
    fn eq(&self, other: &&str) -> bool {
        self.words == *other
    }
}
