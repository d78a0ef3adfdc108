"""Billing tasks and those of AWS GovCloud (US), for which somebody has to sign in as the root user.

Events: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/logging-using-cloudtrail.html
"""

from __future__ import annotations

from typing import Final

from rootwarden.model.root_only.procedures import RECOVERY_EVENTS, in_member, recovery
from rootwarden.model.root_only_task import RecordedIn, RootOnlyTask, Step, TrailEvent, Way

_BILLING = "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2"
_GOVCLOUD = "https://docs.aws.amazon.com/govcloud-us/latest/UserGuide"
_ITS_OWN = (
    "Sign in as its root user with the password and MFA device it keeps; there is nothing to open or close."
)

TASKS: Final = (
    RootOnlyTask(
        name="billing-iam-access",
        title="Let IAM users and roles into the Billing and Cost Management console",
        way=Way.RECOVERY,
        steps=recovery(
            "billing-iam-access",
            Step(
                "On the Account page, under 'IAM user and role access to Billing information', activate IAM access."
            ),
            Step("See with an IAM role that the Billing console opens."),
            hours=1,
        ),
        page=f"{_BILLING}/control-access-billing.html#ControllingAccessWebsite-Activate",
        procedure_events=RECOVERY_EVENTS,
        task_events=in_member("billingconsole", "SetIAMAccessPreference"),
        management_account=_ITS_OWN,
        consider="An account created in the organization has it from the start, unless it was created with "
        "IamUserAccessToBilling DENY. The management account sees the costs of every member account in any case.",
    ),
    RootOnlyTask(
        name="billing-root-settings",
        title="Change a billing setting that the Billing console keeps for the root user",
        way=Way.RECOVERY,
        steps=recovery(
            "billing-root-settings",
            Step("Change the setting in the Billing console: how the account pays, for instance."),
        ),
        page=f"{_BILLING}/manage-account-payment.html",
        procedure_events=RECOVERY_EVENTS,
        task_events=(
            *in_member(
                "billingconsole", "SetAccountPreferences", "SetPayInformation", "SetFxPaymentCurrency"
            ),
            *in_member("payments", "Instruments_Create", "Instruments_Update", "Instruments_Delete"),
        ),
        management_account=_ITS_OWN,
        consider="The management account pays for the member accounts, so the payment methods of a member account are not used; "
        "most billing settings obey IAM permissions once IAM access is activated ('rootwarden tasks billing-iam-access').",
        events_note="Those of what was changed.",
    ),
    RootOnlyTask(
        name="tax-invoices",
        title="View tax invoices of AWS Inc. or AISPL",
        way=Way.RECOVERY,
        steps=recovery(
            "tax-invoices",
            Step("Download the invoices in the Billing console."),
            hours=1,
        ),
        page="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#root-user-tasks",
        procedure_events=RECOVERY_EVENTS,
        task_events=(TrailEvent("taxconsole.amazon.com", "DownloadTaxInvoice", RecordedIn.MEMBER),),
        management_account=_ITS_OWN,
        consider="Invoices of AWS Europe can be viewed with IAM permissions, and those of consolidated billing are in the management "
        "account {management_account}: look there first.",
    ),
    RootOnlyTask(
        name="govcloud-sign-up",
        title="Sign up for AWS GovCloud (US)",
        way=Way.RECOVERY,
        steps=recovery(
            "govcloud-sign-up",
            Step("On the Account page, choose to sign up for AWS GovCloud (US), and accept its agreement."),
            Step(
                "Keep the GovCloud account's administrator credentials: they are shown once, and are not those of root."
            ),
        ),
        page=f"{_GOVCLOUD}/getting-started-sign-up.html",
        procedure_events=RECOVERY_EVENTS,
        task_events=(),
        management_account=_ITS_OWN,
        consider="For a new pair of accounts the management account calls organizations:CreateGovCloudAccount, without a root "
        "sign-in, once it has a GovCloud account of its own.",
        events_note="AWS documents no record of the sign-up.",
    ),
    RootOnlyTask(
        name="govcloud-root-key",
        title="Ask AWS Support for access keys of a GovCloud account's root user",
        way=Way.RECOVERY,
        steps=recovery(
            "govcloud-root-key",
            Step(
                "As the root user of the standard account that the GovCloud account is linked to, open a case at "
                "https://console.aws.amazon.com/support/ that asks for them, and answer what AWS Support asks.",
            ),
            Step("Delete the keys in the GovCloud account as soon as they have done their work."),
            hours=24,
        ),
        page=f"{_GOVCLOUD}/govcloud-iam.html",
        procedure_events=RECOVERY_EVENTS,
        task_events=in_member("support", "CreateCase"),
        management_account=_ITS_OWN,
        consider="A GovCloud account has no root console; what its root user does for S3 and SQS policies, a root session from the "
        "GovCloud organization does.",
        events_note="In the standard account; the key's use is recorded in the GovCloud account.",
    ),
)
