"""Tasks that AWS Support does."""

from __future__ import annotations

from typing import Final

from rootwarden.model.root_only.procedures import in_member
from rootwarden.model.root_only_task import RootOnlyTask, Step, Way

TASKS: Final = (
    RootOnlyTask(
        name="kms-key",
        title="Get back a KMS key that nobody may manage any more",
        way=Way.AWS_SUPPORT,
        steps=(
            Step(
                "Make sure that no principal of the key policy exists: a user or role that was deleted and made again under the "
                "same name is another one to KMS.",
                "aws kms get-key-policy --key-id KEY_ID --policy-name default",
            ),
            Step(
                "See that the account's primary phone number is answered by somebody who can read a code aloud: AWS Support calls "
                "it. It is changed without a sign-in.",
                "rootwarden tasks contact-information",
            ),
            Step(
                "As an administrator of account {account}, open a case at https://console.aws.amazon.com/support/ with the key's "
                "ARN. A root sign-in is not needed.",
            ),
            Step("Read the code of the call into the case. AWS Support then makes the key manageable again."),
            Step("Give the key policy a statement that lets the account's IAM policies manage the key."),
        ),
        page="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
        procedure_events=in_member("support", "CreateCase"),
        task_events=in_member("kms", "PutKeyPolicy"),
        management_account="The same; the code goes to the phone number of the management account.",
        instead="AWS Support does it on a case of an administrator, and calls the account's primary phone number for a code",
        events_note="PutKeyPolicy is of the last step; what AWS Support does before it may leave no record.",
    ),
)
