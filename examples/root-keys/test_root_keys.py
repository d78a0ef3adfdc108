"""The tool against an organization of the test's making."""

from root_keys import main, root_keys

from rootwarden.emulator.testing import SECURITY, account, small_org


def test_keys_are_listed_and_a_closed_account_is_not_called_clean(rootwarden_aws):
    rootwarden_aws(small_org(account(keys=["Active", "Inactive"]), account(), account(state="SUSPENDED")))
    found = root_keys()
    assert [len(keys) if keys is not None else None for keys in found.values()] == [0, 2, 0, None]


def test_a_key_that_somebody_makes_is_found(rootwarden_aws, capsys):
    emulator = rootwarden_aws(small_org(account(id="333333333333")), profile=f"emulator-{SECURITY}")
    made = emulator.control.create_root_access_key("333333333333")
    main()
    assert f"333333333333 {made.access_key_id}\n" in capsys.readouterr().out
