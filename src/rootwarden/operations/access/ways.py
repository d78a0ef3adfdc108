"""The actions that lead to root sessions by way of IAM, the services that run code as a role, and IAM Identity Center.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Runner:
    """A service that runs code as the role it is given."""

    service: str
    actions: tuple[str, ...]
    """What starts it, besides iam:PassRole."""
    arn: str
    """A resource of it that no policy names, with its account and partition to be filled in."""


RUNNERS: Final = (
    Runner("ec2.amazonaws.com", ("ec2:RunInstances",), "arn:{partition}:ec2:us-east-1:{account}:instance/*"),
    Runner(
        "lambda.amazonaws.com",
        ("lambda:CreateFunction", "lambda:InvokeFunction"),
        "arn:{partition}:lambda:us-east-1:{account}:function:any",
    ),
    Runner(
        "ecs-tasks.amazonaws.com",
        ("ecs:RegisterTaskDefinition", "ecs:RunTask"),
        "arn:{partition}:ecs:us-east-1:{account}:task-definition/any:1",
    ),
    Runner(
        "glue.amazonaws.com",
        ("glue:CreateJob", "glue:StartJobRun"),
        "arn:{partition}:glue:us-east-1:{account}:job/any",
    ),
    Runner(
        "codebuild.amazonaws.com",
        ("codebuild:CreateProject", "codebuild:StartBuild"),
        "arn:{partition}:codebuild:us-east-1:{account}:project/any",
    ),
    Runner(
        "cloudformation.amazonaws.com",
        ("cloudformation:CreateStack",),
        "arn:{partition}:cloudformation:us-east-1:{account}:stack/any/any",
    ),
    Runner(
        "sagemaker.amazonaws.com",
        ("sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"),
        "arn:{partition}:sagemaker:us-east-1:{account}:notebook-instance/any",
    ),
    Runner(
        "states.amazonaws.com",
        ("states:CreateStateMachine", "states:StartExecution"),
        "arn:{partition}:states:us-east-1:{account}:stateMachine:any",
    ),
    Runner(
        "ssm.amazonaws.com",
        ("ssm:StartAutomationExecution",),
        "arn:{partition}:ssm:us-east-1:{account}:automation-definition/any:1",
    ),
)
"""Services that can be made to run code or calls as a role; not every service there is."""

RUNNING: Final = (
    ("lambda.amazonaws.com", "lambda:UpdateFunctionCode", "a function that runs as it"),
    ("ec2.amazonaws.com", "ssm:StartSession", "an instance that runs as it"),
    ("ec2.amazonaws.com", "ssm:SendCommand", "an instance that runs as it"),
)
"""What takes over something that runs as a role already; whether there is such a thing was not read."""

PERMISSION_SETS: Final = (
    "sso:PutInlinePolicyToPermissionSet",
    "sso:AttachManagedPolicyToPermissionSet",
    "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
    "sso:CreateAccountAssignment",
)
"""What changes who gets which permission set, or what is in it.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiamidentitycenter.html
"""

OF_IAM: Final = (
    *("iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:PutRolePolicy", "iam:AttachRolePolicy"),
    *("iam:PutGroupPolicy", "iam:AttachGroupPolicy", "iam:AddUserToGroup"),
    *("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"),
    *("iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"),
    *("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"),
    *(
        "iam:UpdateAssumeRolePolicy",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:UpdateLoginProfile",
    ),
    *("iam:CreateUser", "iam:CreateRole", "iam:PassRole", "sts:AssumeRole"),
)

EVERY_ACTION: Final = (
    *OF_IAM,
    *(action for one in RUNNERS for action in one.actions),
    *(action for _, action, _ in RUNNING),
    *PERMISSION_SETS,
)
