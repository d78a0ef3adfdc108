"""Whatever is wrong: a short clear error with cause and fix, the contract's exit code, no traceback, nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pytest
from product_rig import LEGACY, SECURITY, Rig, company, configuration

from rootwarden.emulator import FaultSpec, account

DELEGATE = f"emulator-{SECURITY}"


@pytest.fixture
def world(rig: Rig) -> Rig:
    """A complete organization with one exposed account."""
    rig.up(company(account(LEGACY, "Legacy", root={"password": True})))
    return rig


class TestUsage:
    @pytest.mark.parametrize(
        ("line", "schema", "words"),
        [
            ("audit --bogus", "audit", "--bogus"),
            ("audit extra", "audit", "unexpected extra argument"),
            (
                "audit --details sometimes",
                "audit",
                "Invalid value for '--details': 'sometimes' is not one of 'always', 'auto', 'never'.",
            ),
            ("audit --concurrency 0", "audit", "'--concurrency': expected at least 1"),
            ("audit --concurrency 900", "audit", "'--concurrency': expected at most 512"),
            ("audit --concurrency x", "audit", "'--concurrency': expected a whole number"),
            ("remove plan", "remove-plan", "--out"),
            ("remove apply", "remove-apply", "'file'"),
            ("enable --only everything", "enable", "'everything'"),
            ("nope", "rootwarden", "nope"),
        ],
    )
    @pytest.mark.parametrize(
        "spelling", ["-o json", "-ojson", "--output json", "--output=json", "-qo json", "-qojson"]
    )
    def test_one_json_document_also_for_usage_errors(
        self, rig: Rig, line: str, schema: str, words: str, spelling: str
    ) -> None:
        for words_in_order in (f"{line} {spelling}", f"{spelling} {line}"):
            ran = rig.run(*words_in_order.split(), profile=None)
            assert ran.code == 2
            assert ran.document["schema"] == f"rootwarden/{schema}/1"
            error = ran.document["error"]
            assert (error["exit_code"], words in error["message"]) == (2, True), error
            assert "--help" in error["advice"]
            assert ran.err.startswith("error: ")

    def test_the_last_format_counts(self, rig: Rig) -> None:
        assert rig.run("-o", "json", "audit", "-o", "table", "--bogus", profile=None).out == ""

    @pytest.mark.parametrize("group", [(), ("emulator",), ("ledger",)])
    def test_a_group_alone_shows_its_help(self, rig: Rig, group: tuple[str, ...]) -> None:
        ran = rig.run(*group, profile=None)
        assert ran.code == 2
        assert "Usage: rootwarden" in ran.out + ran.err
        assert "error" not in ran.err

    def test_options_may_stand_before_and_after_the_command(self, world: Rig) -> None:
        """And the one after the command wins."""
        before = world.run("-o", "json", "--profile", DELEGATE, "status", profile=None)
        after = world.run("--profile", "nobody", "status", "--profile", DELEGATE, "-o", "json", profile=None)
        assert before.document["caller"] == after.document["caller"]


class TestCredentials:
    def test_none_at_all(self, rig: Rig) -> None:
        rig.patch.setenv("AWS_REGION", "eu-central-1")
        ran = rig.json("status", profile=None)
        assert (ran.code, ran.document["error"]["type"]) == (3, "NoCredentials")
        assert "--profile" in ran.document["error"]["advice"]

    def test_an_unknown_profile_names_those_there_are(self, world: Rig) -> None:
        ran = world.json("status", profile="emulator-mangement")
        assert (ran.code, ran.document["error"]["type"]) == (3, "NoCredentials")
        assert "emulator-management" in ran.document["error"]["advice"]

    @pytest.mark.parametrize(
        ("code", "kind"),
        [("ExpiredToken", "CredentialsExpired"), ("InvalidClientTokenId", "CredentialsRefused")],
    )
    @pytest.mark.parametrize(
        "command", ["status", "enable --yes", "audit", "remove plan --all --out plan.json"]
    )
    def test_expired_or_unknown_keys(self, world: Rig, code: str, kind: str, command: str) -> None:
        world.emulator.world.faults.append(
            FaultSpec(operation="sts:GetCallerIdentity", code=code, message="The security token is not good.")
        )
        ran = world.json(*command.split())
        assert (ran.code, ran.document["error"]["type"]) == (3, kind)
        assert ran.document["error"]["reason"]["text"] == "The security token is not good."
        assert not (world.folder / "plan.json").exists()

    def test_keys_of_nobody(self, world: Rig) -> None:
        world.patch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000000")
        world.patch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        world.patch.setenv("AWS_REGION", "us-east-1")
        world.patch.setenv("AWS_ENDPOINT_URL", world.emulator.endpoint_url)
        ran = world.json("status", profile=None)
        assert (ran.code, ran.document["error"]["reason"]["code"]) == (3, "InvalidClientTokenId")

    def test_half_a_set_of_keys(self, rig: Rig) -> None:
        rig.patch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000000")
        rig.patch.setenv("AWS_REGION", "us-east-1")
        ran = rig.json("status", profile=None)
        assert (ran.code, ran.document["error"]["type"]) == (3, "NoCredentials")

    @pytest.mark.parametrize(
        "text",
        [
            "[profile broken\nregion = eu-central-1\n",
            "region = eu-central-1\n",
            "[profile a]\nregion = x\n[profile a]\nregion = y\n",
            "\xff\xfe\x00",
        ],
    )
    def test_an_aws_configuration_file_that_cannot_be_read(self, rig: Rig, text: str) -> None:
        path = rig.folder / "config"
        path.write_text(text, encoding="latin-1")
        rig.patch.setenv("AWS_CONFIG_FILE", str(path))
        rig.patch.setenv("AWS_REGION", "eu-central-1")
        for profile in ("broken", None):
            ran = rig.json("status", profile=profile)
            assert ran.code == 3, ran.err
            assert ran.document["error"]["type"] == "NoCredentials"

    @pytest.mark.parametrize(
        ("section", "kind"),
        [
            ("role_arn = arn:aws:iam::111111111111:role/R\n", "NoCredentials"),
            ("role_arn = arn:aws:iam::111111111111:role/R\nsource_profile = nowhere\n", "NoCredentials"),
            ("role_arn = arn:aws:iam::111111111111:role/R\nsource_profile = p\n", "NoCredentials"),
            ("credential_process = false\n", "NoCredentials"),
            ("sso_session = gone\nsso_account_id = 111111111111\nsso_role_name = R\n", "NoCredentials"),
        ],
    )
    def test_a_profile_that_leads_nowhere(self, rig: Rig, section: str, kind: str) -> None:
        path = rig.folder / "config"
        path.write_text(f"[profile p]\nregion = eu-central-1\n{section}")
        rig.patch.setenv("AWS_CONFIG_FILE", str(path))
        ran = rig.json("status", profile="p")
        assert (ran.code, ran.document["error"]["type"]) == (3, kind), ran.err

    def test_an_expired_sign_in_names_the_login_command(self, rig: Rig) -> None:
        path = rig.folder / "config"
        path.write_text(
            "[sso-session s]\nsso_region = eu-central-1\nsso_start_url = https://example.awsapps.com/start\n"
            "[profile p]\nregion = eu-central-1\nsso_session = s\nsso_account_id = 111111111111\nsso_role_name = R\n"
        )
        rig.patch.setenv("AWS_CONFIG_FILE", str(path))
        ran = rig.json("status", profile="p")
        assert (ran.code, ran.document["error"]["type"]) == (3, "CredentialsExpired")
        assert "aws sso login" in ran.document["error"]["advice"]

    def test_an_mfa_code_without_a_terminal(self, rig: Rig) -> None:
        """Exit 3 instead of a prompt that waits for ever."""
        (rig.folder / "config").write_text(
            "[profile base]\nregion = eu-central-1\n[profile p]\nregion = eu-central-1\nsource_profile = base\n"
            "role_arn = arn:aws:iam::111111111111:role/R\nmfa_serial = arn:aws:iam::111111111111:mfa/alice\n"
        )
        (rig.folder / "credentials").write_text("[base]\naws_access_key_id = A\naws_secret_access_key = B\n")
        rig.patch.setenv("AWS_CONFIG_FILE", str(rig.folder / "config"))
        rig.patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(rig.folder / "credentials"))
        ran = rig.child("status", "-o", "json", profile="p")
        assert (ran.code, ran.document["error"]["type"]) == (3, "NeedsTerminal")


class TestRegion:
    def test_none(self, rig: Rig) -> None:
        rig.patch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000000")
        rig.patch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        ran = rig.json("status", profile=None)
        assert (ran.code, ran.document["error"]["type"]) == (2, "NoRegion")
        assert "--region" in ran.document["error"]["advice"]

    @pytest.mark.parametrize(
        "region", ["mars", "aws-global", "eu-central", "eu central 1", "../x", "eu-central-1\n"]
    )
    def test_no_region_at_all(self, world: Rig, region: str) -> None:
        ran = world.json("status", "--region", region)
        assert (ran.code, ran.document["error"]["type"]) == (2, "BadInput")

    def test_the_configuration_can_name_one(self, world: Rig) -> None:
        config = world.folder / "aws" / "config"
        config.write_text(
            "\n".join(one for one in config.read_text().splitlines() if not one.startswith("region"))
        )
        assert world.json("status").code == 2
        path = configuration(world.folder, 'region = "eu-central-1"\n')
        assert world.json("status", "--config", path).document["region"] == "eu-central-1"


class TestEndpoint:
    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("http://10.0.0.1:4566", 4),
            ("https://aws.example.com", 4),
            ("http://aws.example.com", 4),
            ("http://sts.eu-central-1.amazonaws.com", 4),
            ("https://sts.s3.amazonaws.com", 4),
            ("https://x.execute-api.eu-central-1.amazonaws.com", 4),
            ("https://bucket.s3.amazonaws.com", 4),
            ("https://name-123.eu-central-1.elb.amazonaws.com", 4),
            ("https://sts.amazonaws.com.example.com", 4),
            ("localhost:4566", 2),
            ("ftp://127.0.0.1/", 2),
            ("http://", 2),
            ("http://[::1", 2),
            ("http://127.0.0.1:notaport", 2),
            ("http://127.0.0.1:99999", 2),
            ("nonsense", 2),
            ("http://white space/", 2),
        ],
    )
    @pytest.mark.parametrize("how", ["option", "variable"])
    def test_one_that_is_not_to_be_trusted(self, rig: Rig, url: str, code: int, how: str) -> None:
        """Nothing is sent there: the tests' network guard would know."""
        rig.patch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000000")
        rig.patch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        rig.patch.setenv("AWS_REGION", "eu-central-1")
        if how == "variable":
            rig.patch.setenv("AWS_ENDPOINT_URL", url)
        ran = rig.json("status", *(["--endpoint-url", url] if how == "option" else []), profile=None)
        assert ran.code == code, ran.err
        assert ran.document["error"]["advice"]

    def test_only_one_service_elsewhere(self, rig: Rig) -> None:
        """Half of the calls would go to AWS and the other half to somebody else."""
        rig.patch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000000")
        rig.patch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        rig.patch.setenv("AWS_REGION", "eu-central-1")
        rig.patch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:4566")
        ran = rig.json("audit", profile=None)
        assert (ran.code, ran.document["error"]["type"]) == (4, "EndpointRefused")
        assert "AWS_ENDPOINT_URL_<SERVICE>" in ran.document["error"]["advice"]

    def test_nobody_listens(self, rig: Rig) -> None:
        """A stray AWS_ENDPOINT_URL: the error names it."""
        rig.patch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000000")
        rig.patch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        rig.patch.setenv("AWS_REGION", "eu-central-1")
        rig.patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        ran = rig.json("status", profile=None)
        assert (ran.code, ran.document["error"]["type"]) == (3, "NoConnection")
        assert ran.document["error"]["reason"]["source"] == "network"
        assert "http://127.0.0.1:1" in ran.err
        assert "this is not AWS" in ran.err

    def test_another_profile_in_the_environment_has_no_say(self, world: Rig) -> None:
        """Root's keys go where the caller's go, whatever AWS_PROFILE says."""
        config = world.folder / "aws" / "config"
        config.write_text(
            config.read_text() + "\n[profile stray]\nendpoint_url = http://127.0.0.1:1\nregion = mars\n"
        )
        for stray in ("stray", "not-there"):
            world.patch.setenv("AWS_PROFILE", stray)
            ran = world.json("audit", "--account", LEGACY, profile=DELEGATE)
            assert (ran.code, ran.row(LEGACY)["outcome"]) == (1, "exposed")

    def test_an_overridden_one_shows_a_banner(self, world: Rig) -> None:
        """Before anything else is said: progress, ages, warnings."""
        banner = f"ENDPOINT {world.emulator.endpoint_url}: this is not AWS."
        for line in (["status"], ["audit"], ["audit", "--account", "Security"]):
            assert world.run(*line).err.splitlines()[0] == banner
            assert world.run(*line).err.count(banner) == 1


class TestSelection:
    @pytest.mark.parametrize(
        ("options", "code", "words"),
        [
            (["--account", "55555555555"], 2, "not an account id"),
            (["--account", "123456789012"], 2, "no account '123456789012'"),
            (["--account", "Legcy"], 2, f"{LEGACY} (Legacy)"),
            (["--ou", "/Nowhere"], 2, "no OU '/Nowhere'"),
            (["--ou", "ou-zzzz-aaaaaaaa"], 2, "no OU"),
            (["--exclude", "Nobody"], 2, "no account 'Nobody'"),
            (["--accounts-file", "missing.txt"], 2, "missing.txt"),
            (["--accounts-file", "empty.txt"], 2, "names no account"),
            (["--accounts-file", "binary.txt"], 2, "not UTF-8"),
            (["--accounts-file", "."], 2, "Is a directory"),
            (["--account", ""], 2, "--account names nothing"),
            (["--tag", ","], 2, "--tag names nothing"),
            (["--tag", "env=nothing"], 2, "no account of the organization matches"),
            (["--all", "--exclude", "/"], 2, "no account of the organization matches"),
        ],
    )
    def test_what_names_nothing(self, world: Rig, options: list[str], code: int, words: str) -> None:
        (world.folder / "empty.txt").write_text("# nobody\n\n")
        (world.folder / "binary.txt").write_bytes(b"\xff\xfe")
        ran = world.json("audit", *options, profile=DELEGATE)
        assert (ran.code, words in ran.err) == (code, True), ran.err

    def test_two_accounts_of_one_name(self, rig: Rig) -> None:
        rig.up(
            company(
                account("333333333333", "Twin"), account("444444444444", "Twin", email="twin@example.com")
            )
        )
        ran = rig.json("audit", "--account", "twin", profile=DELEGATE)
        assert ran.code == 2
        assert "333333333333, 444444444444" in ran.err


class TestConfiguration:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("nonsense", "not valid TOML"),
            ("regoin = 'eu-central-1'\n", "region"),
            ("[limits]\nmax_accounts = 0\n", "max_accounts"),
            ("[scope]\naccounts = ['12345']\n", "accounts"),
        ],
    )
    def test_one_that_cannot_be_used(self, world: Rig, text: str, words: str) -> None:
        ran = world.json("status", "--config", configuration(world.folder, text))
        assert (ran.code, ran.document["error"]["type"]) == (2, "ConfigurationError")
        assert words in ran.document["error"]["message"]

    def test_one_that_others_may_write(self, world: Rig) -> None:
        path = configuration(world.folder, "")
        Path(path).chmod(0o666)
        assert world.json("status", "--config", path).code == 2

    def test_one_in_the_working_directory_is_not_used(self, world: Rig) -> None:
        """Somebody else's checkout must not decide whose roots are opened."""
        (world.folder / "rootwarden.toml").write_text('organization_id = "o-somebodyelse"\n')
        ran = world.json("status")
        assert (ran.code, "rootwarden.toml in the working directory is not used" in ran.err) == (0, True)

    def test_an_account_it_excludes_that_is_no_more(self, world: Rig) -> None:
        """The error says that the configuration names it, for the user did not."""
        path = configuration(world.folder, '[scope]\nexclude_accounts = ["999999999990"]\n')
        ran = world.json("audit", "--config", path, profile=DELEGATE)
        assert ran.code == 2
        assert "configuration" in ran.document["error"]["message"]
