"""Account settings that the management account, or a delegated administrator of the service, changes by a call.

https://docs.aws.amazon.com/accounts/latest/reference/using-orgs.html
"""

from __future__ import annotations

from typing import Final

from rootwarden.model.root_only.procedures import by_caller
from rootwarden.model.root_only_task import RecordedIn, RootOnlyTask, Step, TrailEvent, Way

_REFERENCE = "https://docs.aws.amazon.com/accounts/latest/reference"
_TRUST = Step(
    "From the management account {management_account}, once: trust AWS Account Management in the organization, which needs all "
    "features. A delegated administrator of that service can make the calls from then on.",
    "aws organizations enable-aws-service-access --service-principal account.amazonaws.com",
)
_NO_SELF = (
    "It cannot name itself in these calls; it makes them without an account id, by a user or role of its own."
)

TASKS: Final = (
    RootOnlyTask(
        name="root-email",
        title="Change the root user's e-mail address, for instance because nobody reads the mailbox",
        way=Way.ACCOUNT_API,
        steps=(
            _TRUST,
            Step(
                "Start the change. AWS sends a code to the new address, valid for 24 hours.",
                "aws account start-primary-email-update --account-id {account} --primary-email NEW_ADDRESS",
            ),
            Step(
                "Confirm it with that code.",
                "aws account accept-primary-email-update --account-id {account} --primary-email NEW_ADDRESS --otp CODE",
            ),
            Step(
                "Wait until the new address shows, which may take up to four hours. Password and MFA devices stay as they are.",
                "aws account get-primary-email --account-id {account}",
            ),
        ),
        page=f"{_REFERENCE}/manage-acct-update-root-user.html",
        procedure_events=by_caller("account", "StartPrimaryEmailUpdate", "AcceptPrimaryEmailUpdate"),
        task_events=(
            TrailEvent(None, "EmailUpdated", RecordedIn.MEMBER),
            TrailEvent(None, "UpdateAccountEmailAddress", RecordedIn.MEMBER),
        ),
        management_account="It cannot change its own address this way: sign in as its root user, and change it in the console.",
        instead="AWS Account Management does it for a member account: 'aws account start-primary-email-update --account-id "
        "{account} --primary-email NEW_ADDRESS' from the management account {management_account}",
        events_note="Under signin.amazonaws.com or iam.amazonaws.com: go by the name.",
    ),
    RootOnlyTask(
        name="account-name",
        title="Change an account's name",
        way=Way.ACCOUNT_API,
        steps=(
            _TRUST,
            Step("Change it.", "aws account put-account-name --account-id {account} --account-name NAME"),
        ),
        page=f"{_REFERENCE}/manage-acct-update-acct-name.html",
        procedure_events=by_caller("account", "PutAccountName"),
        task_events=(TrailEvent(None, "AccountNameUpdated", RecordedIn.MEMBER),),
        management_account=_NO_SELF,
        instead="AWS Account Management does it: 'aws account put-account-name --account-id {account} --account-name NAME' from "
        "the management account {management_account}",
        events_note="Seen where the name was changed in the console; a call may leave PutAccountName alone.",
    ),
    RootOnlyTask(
        name="contact-information",
        title="Change an account's contact information or its billing, operations and security contacts",
        way=Way.ACCOUNT_API,
        steps=(
            _TRUST,
            Step(
                "Set a contact: BILLING, OPERATIONS or SECURITY. The last one is who AWS writes to when it sees abuse.",
                "aws account put-alternate-contact --account-id {account} --alternate-contact-type SECURITY --name NAME "
                "--title TITLE --email-address ADDRESS --phone-number NUMBER",
            ),
            Step(
                "Set the account's own address and phone number, on which AWS Support calls back.",
                "aws account put-contact-information --account-id {account} --contact-information file://contact.json",
            ),
        ),
        page=f"{_REFERENCE}/manage-acct-update-contact.html",
        procedure_events=by_caller("account", "PutAlternateContact", "PutContactInformation"),
        task_events=(),
        management_account=_NO_SELF,
        instead="AWS Account Management does it: 'aws account put-alternate-contact --account-id {account} ...' from the "
        "management account {management_account}",
        events_note="The calls are the change; nothing else is recorded.",
    ),
    RootOnlyTask(
        name="account-regions",
        title="Turn Regions of an account on or off",
        way=Way.ACCOUNT_API,
        steps=(
            _TRUST,
            Step(
                "Turn a Region on (or off with disable-region).",
                "aws account enable-region --account-id {account} --region-name REGION_NAME",
            ),
            Step(
                "Wait until it says ENABLED.",
                "aws account get-region-opt-status --account-id {account} --region-name REGION_NAME",
            ),
        ),
        page=f"{_REFERENCE}/manage-acct-regions.html",
        procedure_events=by_caller("account", "EnableRegion", "DisableRegion"),
        task_events=(),
        management_account=_NO_SELF,
        instead="AWS Account Management does it: 'aws account enable-region --account-id {account} --region-name REGION_NAME' "
        "from the management account {management_account}",
        events_note="The calls are the change; nothing else is recorded.",
    ),
    RootOnlyTask(
        name="close-account",
        title="Close an account",
        way=Way.ACCOUNT_API,
        steps=(
            Step(
                "See what runs there and who needs it. For 90 days AWS Support can reopen the account; then all in it is gone.",
                "rootwarden audit --account {account}",
            ),
            Step(
                "From the management account {management_account}, close it. AWS lets 10 % of the accounts be closed in 30 days.",
                "aws organizations close-account --account-id {account}",
            ),
            Step(
                "Look until State is SUSPENDED or CLOSED.",
                "aws organizations describe-account --account-id {account}",
            ),
        ),
        page="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html",
        procedure_events=by_caller("organizations", "CloseAccount"),
        task_events=(TrailEvent("organizations.amazonaws.com", "CloseAccountResult", RecordedIn.CALLER),),
        management_account="It is closed last, by its root user in the console, after every member account.",
        instead="AWS Organizations does it: 'aws organizations close-account --account-id {account}' from the management account "
        "{management_account}",
        events_note="Minutes later, as an AwsServiceEvent.",
    ),
)
