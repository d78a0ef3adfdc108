#!/bin/sh
# Enables central root access with the AWS CLI, and looks into a member account as its root user.
#
#   aws_cli_enablement.sh profile DELEGATE MEMBER    with the profiles emulator-management and emulator-security
#   aws_cli_enablement.sh endpoint DELEGATE MEMBER   with AWS_ENDPOINT_URL, and with keys in MANAGEMENT_KEYS and SECURITY_KEYS: "ID SECRET"
set -eu

mode=$1 delegate=$2 member=$3
iam=iam.amazonaws.com
audit=arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials

with_keys() { # ID SECRET [TOKEN] -- COMMAND...
	id=$1 secret=$2 token=
	shift 2
	[ "$1" = -- ] || { token=$1 && shift; }
	shift
	env AWS_ACCESS_KEY_ID="$id" AWS_SECRET_ACCESS_KEY="$secret" ${token:+"AWS_SESSION_TOKEN=$token"} "$@"
}

case $mode in
profile)
	management() { aws --output text --profile emulator-management "$@"; }
	security() { aws --output text --profile emulator-security "$@"; }
	# The keys of the environment win over a profile's; Region and endpoint are the profile's.
	session() { with_keys "$key" "$secret_key" "$session_token" -- env AWS_PROFILE=emulator-security aws --output text "$@"; }
	;;
endpoint)
	# shellcheck disable=SC2086 # two words each
	management() { with_keys $MANAGEMENT_KEYS -- aws --output text "$@"; }
	# shellcheck disable=SC2086
	security() { with_keys $SECURITY_KEYS -- aws --output text "$@"; }
	session() { with_keys "$key" "$secret_key" "$session_token" -- aws --output text "$@"; }
	;;
*)
	echo "profile or endpoint, not $mode" >&2
	exit 2
	;;
esac

echo "== the management account enables central root access"
management organizations enable-aws-service-access --service-principal "$iam"
management iam enable-organizations-root-credentials-management --query 'EnabledFeatures'
management iam enable-organizations-root-sessions --query 'sort(EnabledFeatures)'
management organizations register-delegated-administrator --account-id "$delegate" --service-principal "$iam"

echo "== the delegated administrator reads"
security iam list-organizations-features --query '[OrganizationId, join(`,`, sort(EnabledFeatures))]'
security organizations list-delegated-administrators --service-principal "$iam" --query 'DelegatedAdministrators[].[Id, Name, State]'
security organizations list-accounts --query 'length(Accounts)'

echo "== and audits $member as its root user"
read -r key secret_key session_token <<-END
	$(security sts assume-root --target-principal "$member" --task-policy-arn "$audit" \
		--query 'Credentials.[AccessKeyId, SecretAccessKey, SessionToken]')
END
session sts get-caller-identity --query '[Account, Arn]'
session iam get-account-summary --query 'SummaryMap.[AccountPasswordPresent, AccountAccessKeysPresent, AccountSigningCertificatesPresent, AccountMFAEnabled]'
session iam get-user --query 'User.[UserId, Arn, UserName]'
session iam list-access-keys --query 'AccessKeyMetadata[].[AccessKeyId, Status]'

echo "== which is all that the session may do"
if session iam list-users 2>&1; then
	echo "list-users was not denied"
	exit 1
fi
