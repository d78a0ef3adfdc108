"""Tasks that a root session does: nobody signs in."""

from __future__ import annotations

from typing import Final

from rootwarden.model.root_only.procedures import CREDENTIALS_REMOVED, SESSION_EVENTS, in_member
from rootwarden.model.root_only_task import RootOnlyTask, Step, Way
from rootwarden.model.tasks import RootTask

_PAGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html"
_SIGN_IN = "No root session reaches the management account: sign in there as its root user. "

TASKS: Final = (
    RootOnlyTask(
        name="remove-root-credentials",
        title="Remove a member account's root credentials",
        way=Way.ROOT_SESSION,
        steps=(
            Step(
                "See what the root user holds.",
                "rootwarden audit --account {account} --details always",
            ),
            Step(
                "Plan the removal, and read the plan.",
                "rootwarden remove plan --account {account} --out removal.json",
            ),
            Step(
                "Apply it from the delegated administrator {delegate}. Deleted keys cannot be restored.",
                "rootwarden remove apply removal.json --reason WHY --ticket ID",
            ),
        ),
        page=_PAGE,
        procedure_events=SESSION_EVENTS,
        task_events=CREDENTIALS_REMOVED,
        management_account=_SIGN_IN
        + "Delete its access keys and signing certificates; keep its password and its MFA devices.",
        instead="a root session does it, and nobody signs in: 'rootwarden remove plan --account {account} --out FILE'",
        events_note="Each only where there was something to remove.",
        root_task=RootTask.DELETE,
    ),
    RootOnlyTask(
        name="s3-bucket-policy",
        title="Edit or delete an S3 bucket policy that denies everybody",
        way=Way.ROOT_SESSION,
        steps=(
            Step(
                "See the policy and whom it locks out.",
                "rootwarden unlock bucket BUCKET --account {account} --diagnose",
            ),
            Step(
                "Repair it, which takes away only what locks out; or use --replace FILE or --delete. A backup is written first.",
                "rootwarden unlock bucket BUCKET --account {account} --repair --reason WHY --ticket ID",
            ),
        ),
        page="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html",
        procedure_events=SESSION_EVENTS,
        task_events=in_member(
            "s3", "ListBuckets", "GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"
        ),
        management_account=_SIGN_IN + "Its own buckets are unlocked in the S3 console.",
        instead="a root session does it, and nobody signs in: 'rootwarden unlock bucket BUCKET --account {account}'",
        events_note="In the bucket's Region, besides ListBuckets; PutBucketPolicy or DeleteBucketPolicy, whichever was done.",
        root_task=RootTask.S3_UNLOCK,
    ),
    RootOnlyTask(
        name="sqs-queue-policy",
        title="Edit or delete an SQS queue policy that denies everybody",
        way=Way.ROOT_SESSION,
        steps=(
            Step(
                "See the policy and whom it locks out.",
                "rootwarden unlock queue QUEUE_URL --account {account} --diagnose",
            ),
            Step(
                "Repair it, which takes away only what locks out; or use --replace FILE or --delete. A backup is written first.",
                "rootwarden unlock queue QUEUE_URL --account {account} --repair --reason WHY --ticket ID",
            ),
        ),
        page="https://repost.aws/knowledge-center/sqs-queue-access-issues-deny-policy",
        procedure_events=SESSION_EVENTS,
        task_events=in_member("sqs", "GetQueueAttributes", "SetQueueAttributes"),
        management_account=_SIGN_IN + "Its own queues are unlocked in the SQS console.",
        instead="a root session does it, and nobody signs in: 'rootwarden unlock queue QUEUE_URL --account {account}'",
        events_note="In the queue's Region.",
        root_task=RootTask.SQS_UNLOCK,
    ),
)
