"""How ``doctor`` reads: whole outputs, in every format and width."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from doctor_world import World
from product_rig import SECURITY
from whole_outputs import same_as

if TYPE_CHECKING:
    from product_rig import Rig

DELEGATE = f"emulator-{SECURITY}"
SHOWN = "PlainRootDeny,BoolPitfall,CriticalIam,AllowList,MisspeltExemption,SomeBuckets,Recommended,Free,ControlTower"


@pytest.mark.parametrize(
    ("output", "width"),
    [("table", 80), ("table", 120), ("table", 200), ("json", 80), ("csv", 80), ("markdown", 80)],
)
def test_a_diagnosis_whole(rig: Rig, output: str, width: int) -> None:
    World(rig)
    rig.patch.setenv("COLUMNS", str(width))
    ran = rig.run("doctor", "--account", SHOWN, "-o", output, profile=DELEGATE)
    assert ran.code == 1
    if output == "table":
        assert max(len(line) for line in ran.out.splitlines()) <= width
    same_as(f"doctor.{output}{width if output == 'table' else ''}.txt", ran.out, rig)


def test_a_probe_whole(rig: Rig) -> None:
    World(rig)
    rig.patch.setenv("COLUMNS", "80")
    ran = rig.run("doctor", "--account", SHOWN, "--task", "audit", "--probe", profile=DELEGATE)
    assert ran.code == 1
    same_as("doctor-probe.table.txt", ran.out, rig)


def test_the_diffs_are_what_patch_takes(rig: Rig) -> None:
    """The table's diffs, cut out as they stand, apply to the policies as the AWS CLI would save them."""
    World(rig)
    rig.patch.setenv("COLUMNS", "80")
    ran = rig.json("doctor", "--account", "AllowList,CriticalIam", profile=DELEGATE)
    table = rig.run("doctor", "--account", "AllowList,CriticalIam", profile=DELEGATE).out
    for one in ran.document["changes"]:
        assert one["diff"] in table
        before = next(
            each.content
            for each in rig.emulator.world.organization.policies.values()
            if each.id == one["policy_id"]
        )
        path = rig.folder / "policy.json"
        path.write_text(json.dumps(json.loads(before), indent=2) + "\n", encoding="utf-8")
        subprocess.run(["patch", "-p0", str(path)], input=one["diff"], text=True, check=True)
        assert json.loads(path.read_text(encoding="utf-8")) == json.loads(one["content"])
