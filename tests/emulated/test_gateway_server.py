"""Starting, stopping and sharing an emulator."""

from __future__ import annotations

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from rootwarden.emulator import Emulator, OrganizationFile, account, running, small
from rootwarden.emulator.builders import MANAGEMENT
from rootwarden.errors import BadInput
from rootwarden.model.tasks import RootTask


def port_of(emulator: Emulator) -> int:
    return int(urlsplit(emulator.endpoint_url).port or 0)


def test_it_listens_on_loopback_only_and_is_gone_afterwards() -> None:
    with running() as emulator:
        assert emulator.endpoint_url.startswith("http://127.0.0.1:")
        port = port_of(emulator)
        socket.create_connection(("127.0.0.1", port)).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    emulator.close()  # twice is no mistake


def test_open_connections_end_with_it(client_of: Any) -> None:
    with running() as emulator:
        idle = socket.create_connection(("127.0.0.1", port_of(emulator)))
        assert client_of(emulator, "sts").get_caller_identity()["Account"] == MANAGEMENT
    idle.settimeout(10)
    assert idle.recv(1) == b""
    idle.close()


def test_a_second_one_in_the_process_is_refused() -> None:
    with running(), pytest.raises(BadInput, match="runs in this process already") as caught, running():
        pass
    assert "process of its own" in caught.value.advice
    with running():
        pass


def test_a_port_in_use_is_refused_and_leaves_no_half_emulator() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"port {port} is in use"), running(port=port):
            pass
    with running(port=port) as emulator:
        assert port_of(emulator) == port


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(BadInput, match="is no port"), running(port=port):
        pass


def test_an_unknown_profile_is_refused() -> None:
    with running() as emulator, pytest.raises(BadInput, match="no profile 'admin'"):
        emulator.environment("admin")


def test_the_environment_of_a_child_process() -> None:
    with running() as emulator:
        found = emulator.environment("emulator-security")
        keys = emulator.credential("emulator-security")
        assert found["AWS_ENDPOINT_URL"] == emulator.endpoint_url
        assert found["AWS_ACCESS_KEY_ID"] == keys.access_key_id
        assert found["AWS_REGION"] == "us-east-1"
        assert "AWS_SESSION_TOKEN" not in found


def test_importing_it_does_not_import_moto() -> None:
    code = (
        "import sys, rootwarden.emulator as e\n"
        "light = sorted(m for m in ('moto', 'boto3', 'werkzeug', 'pydantic') if m in sys.modules)\n"
        "e.running, e.small, e.OrganizationFile, e.Emulator\n"
        "print(light, 'moto' in sys.modules, 'werkzeug' in sys.modules)\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[] False False"


def test_a_name_that_is_not_there() -> None:
    import rootwarden.emulator as package  # noqa: PLC0415 - the module itself is looked at

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        package.nothing  # noqa: B018 - looking it up is the test


def test_it_says_nothing(capfd: pytest.CaptureFixture[str], client_of: Any) -> None:
    with running() as emulator:
        client_of(emulator, "iam").get_account_summary()
        client_of(emulator, "s3").list_buckets()
        with pytest.raises(OSError, match="403"):
            urlopen(emulator.endpoint_url)  # noqa: S310 - the emulator's address
        socket.create_connection(("127.0.0.1", port_of(emulator))).close()
    assert capfd.readouterr() == ("", "")


def test_many_clients_at_once_get_what_they_asked_for(client_of: Any, root_session_of: Any) -> None:
    members = tuple(account(f"{number:012d}", f"Account {number}") for number in range(40))
    organization = OrganizationFile(
        management_account=account(MANAGEMENT, "Company"),
        accounts=members,
        trusted_services=("iam.amazonaws.com",),
        root_features=("RootCredentialsManagement",),
    )
    with running(organization) as emulator:
        sts, s3 = client_of(emulator, "sts"), client_of(emulator, "s3")

        def work(account_id: str) -> tuple[str, str, int]:
            session = sts.assume_root(
                TargetPrincipal=account_id, TaskPolicyArn={"arn": RootTask.AUDIT.policy_arn("aws")}
            )["Credentials"]
            s3.create_bucket(Bucket=f"bucket-{account_id}")
            s3.put_object(Bucket=f"bucket-{account_id}", Key="name", Body=account_id.encode())
            held = emulator.world.keyring.find(session["AccessKeyId"])
            assert held
            text = s3.get_object(Bucket=f"bucket-{account_id}", Key="name")["Body"].read().decode()
            create = root_session_of(emulator, account_id, RootTask.CREATE_PASSWORD)
            create.create_login_profile()
            summary = root_session_of(emulator, account_id, RootTask.AUDIT).get_account_summary()[
                "SummaryMap"
            ]
            return held.principal.account, text, summary["AccountPasswordPresent"]

        ids = [member.id for member in members]
        with ThreadPoolExecutor(16) as pool:
            assert list(pool.map(work, ids)) == [(one, one, 1) for one in ids]
        assert len(s3.list_buckets()["Buckets"]) == len(ids)


def test_a_change_by_many_happens_once(client_of: Any, root_session_of: Any) -> None:
    organization = small().model_copy(
        update={
            "trusted_services": ("iam.amazonaws.com",),
            "root_features": ("RootCredentialsManagement",),
        }
    )
    with running(organization) as emulator:
        iam = root_session_of(emulator, "444444444444", RootTask.CREATE_PASSWORD)

        def create(_: int) -> bool:
            try:
                iam.create_login_profile()
            except iam.exceptions.EntityAlreadyExistsException:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(create, range(24))) == 1
