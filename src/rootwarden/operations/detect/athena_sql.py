"""The table and the query with which Athena finds the events that detection judges. Pure.

The table is AWS's own, with the ``assumedroot`` fields that it lacks: the JSON SerDe drops whatever no column names. The query
leaves ``responseElements`` behind, which hold session tokens, and takes the few members that matter.
https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rootwarden.errors import BadInput
from rootwarden.operations.detect.log_layout import days_of
from rootwarden.operations.detect.sift import LEAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rootwarden.model.log_reading import Wanted

DEFAULT_TABLE: Final = "default.rootwarden_cloudtrail"
_NAME: Final = re.compile(r"(?:([a-z0-9_]+)\.)?([a-z0-9_]+)")
_ORGANIZATION: Final = re.compile(r"o-[a-z0-9]{10,32}")
_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")
_LOCATION: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[\w!.*()\-]+)*/?")

_IDENTITY: Final = """\
STRUCT<
    type: STRING,
    principalid: STRING,
    arn: STRING,
    accountid: STRING,
    invokedby: STRING,
    accesskeyid: STRING,
    username: STRING,
    assumedroot: STRING,
    onbehalfof: STRUCT<userid: STRING, identitystorearn: STRING>,
    sessioncontext: STRUCT<
      attributes: STRUCT<mfaauthenticated: STRING, creationdate: STRING, assumedroot: STRING>,
      sessionissuer: STRUCT<type: STRING, principalid: STRING, arn: STRING, accountid: STRING, username: STRING>,
      assumedroot: STRING,
      ec2roledelivery: STRING,
      webidfederationdata: STRUCT<federatedprovider: STRING, attributes: MAP<STRING, STRING>>
    >
  >"""

TABLE_COLUMNS: Final = (
    ("eventversion", "STRING"),
    ("useridentity", _IDENTITY),
    ("eventtime", "STRING"),
    ("eventsource", "STRING"),
    ("eventname", "STRING"),
    ("awsregion", "STRING"),
    ("sourceipaddress", "STRING"),
    ("useragent", "STRING"),
    ("errorcode", "STRING"),
    ("errormessage", "STRING"),
    ("requestparameters", "STRING"),
    ("responseelements", "STRING"),
    ("additionaleventdata", "STRING"),
    ("requestid", "STRING"),
    ("eventid", "STRING"),
    ("readonly", "STRING"),
    ("resources", "ARRAY<STRUCT<arn: STRING, accountid: STRING, type: STRING>>"),
    ("eventtype", "STRING"),
    ("apiversion", "STRING"),
    ("recipientaccountid", "STRING"),
    ("serviceeventdetails", "STRING"),
    ("sharedeventid", "STRING"),
    ("vpcendpointid", "STRING"),
    ("vpcendpointaccountid", "STRING"),
    ("eventcategory", "STRING"),
    (
        "addendum",
        "STRUCT<reason: STRING, updatedfields: STRING, originalrequestid: STRING, originaleventid: STRING>",
    ),
    ("sessioncredentialfromconsole", "STRING"),
    ("edgedevicedetails", "STRING"),
    ("tlsdetails", "STRUCT<tlsversion: STRING, ciphersuite: STRING, clientprovidedhostheader: STRING>"),
)

_CONTEXT: Final = "useridentity.sessioncontext"
SELECTED: Final = (
    ("eventid", "eventID", "eventid"),
    ("eventtime", "eventTime", "eventtime"),
    ("eventsource", "eventSource", "eventsource"),
    ("eventname", "eventName", "eventname"),
    ("awsregion", "awsRegion", "awsregion"),
    ("recipientaccountid", "recipientAccountId", "recipientaccountid"),
    ("sourceipaddress", "sourceIPAddress", "sourceipaddress"),
    ("useragent", "userAgent", "useragent"),
    ("errorcode", "errorCode", "errorcode"),
    ("errormessage", "errorMessage", "errormessage"),
    ("requestid", "requestID", "requestid"),
    ("sharedeventid", "sharedEventID", "sharedeventid"),
    ("readonly", "readOnly", "readonly"),
    ("eventtype", "eventType", "eventtype"),
    ("eventcategory", "eventCategory", "eventcategory"),
    ("fromconsole", "sessionCredentialFromConsole", "sessioncredentialfromconsole"),
    ("requestparameters", "requestParameters", "requestparameters"),
    ("additionaleventdata", "additionalEventData", "additionaleventdata"),
    ("identitytype", "userIdentity.type", "useridentity.type"),
    ("identityarn", "userIdentity.arn", "useridentity.arn"),
    ("identityaccount", "userIdentity.accountId", "useridentity.accountid"),
    ("identitykey", "userIdentity.accessKeyId", "useridentity.accesskeyid"),
    ("invokedby", "userIdentity.invokedBy", "useridentity.invokedby"),
    ("assumedroot", "userIdentity.assumedRoot", "useridentity.assumedroot"),
    ("contextassumedroot", "userIdentity.sessionContext.assumedRoot", f"{_CONTEXT}.assumedroot"),
    (
        "attributeassumedroot",
        "userIdentity.sessionContext.attributes.assumedRoot",
        f"{_CONTEXT}.attributes.assumedroot",
    ),
    (
        "creationdate",
        "userIdentity.sessionContext.attributes.creationDate",
        f"{_CONTEXT}.attributes.creationdate",
    ),
    (
        "mfaauthenticated",
        "userIdentity.sessionContext.attributes.mfaAuthenticated",
        f"{_CONTEXT}.attributes.mfaauthenticated",
    ),
    ("issuerarn", "userIdentity.sessionContext.sessionIssuer.arn", f"{_CONTEXT}.sessionissuer.arn"),
    *(
        (
            name.rpartition(".")[2].lower(),
            f"responseElements.{name}",
            f"json_extract_scalar(responseelements, '$.{name}')",
        )
        for name in (
            "ConsoleLogin",
            "PasswordRecoveryRequested",
            "PasswordRecoveryCompleted",
            "PasswordUpdated",
        )
    ),
    (
        "issuedkey",
        "responseElements.credentials.accessKeyId",
        "json_extract_scalar(responseelements, '$.credentials.accessKeyId')",
    ),
    (
        "madekey",
        "responseElements.accessKey.accessKeyId",
        "json_extract_scalar(responseelements, '$.accessKey.accessKeyId')",
    ),
    (
        "madeuser",
        "responseElements.accessKey.userName",
        "json_extract_scalar(responseelements, '$.accessKey.userName')",
    ),
)
"""Each column of the answer: its name, the member of the record it is, and where the table has it."""


@dataclass(frozen=True, slots=True)
class TrailTable:
    """What the table is made of."""

    name: str
    location: str
    """``s3://BUCKET[/PREFIX]/AWSLogs/[o-.../]``, with its slash."""
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    first_day: datetime


def checked_table(name: str) -> str:
    """A name of a table, perhaps with its database's; raises BadInput."""
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"{name!r} is no name of a table in Athena",
            advice="Write TABLE or DATABASE.TABLE in lower case letters, digits and _.",
        )
    return name


def logs_location(url: str, organization_id: str | None) -> str:
    """Where the folders of the accounts are, below what the trail was given as bucket and prefix. Raises BadInput."""
    if not _LOCATION.fullmatch(url):
        raise BadInput(
            f"{url!r} is no place in S3",
            advice="Write s3://BUCKET or s3://BUCKET/PREFIX, as the trail has it.",
        )
    if organization_id and not _ORGANIZATION.fullmatch(organization_id):
        raise BadInput(f"{organization_id!r} is not an organization id", advice="It looks like o-a1b2c3d4e5.")
    base = f"{url.rstrip('/')}/"
    if "/AWSLogs/" not in base:
        base += "AWSLogs/"
    if organization_id and not base.endswith(f"/{organization_id}/"):
        base += f"{organization_id}/"
    return base


def create_table(table: TrailTable) -> str:
    """The DDL of the table, partitioned by projection: nothing has to be added as days go by. Raises BadInput."""
    for region in table.regions:
        if not _REGION.fullmatch(region):
            raise BadInput(f"{region!r} is no Region", advice="Write one such as eu-central-1.")
    columns = ",\n".join(f"  {name} {kind}" for name, kind in TABLE_COLUMNS)
    properties = {
        "projection.enabled": "true",
        "projection.account.type": "enum",
        "projection.account.values": ",".join(table.accounts),
        "projection.region.type": "enum",
        "projection.region.values": ",".join(table.regions),
        "projection.date.type": "date",
        "projection.date.format": "yyyy/MM/dd",
        "projection.date.range": f"{table.first_day:%Y/%m/%d},NOW",
        "projection.date.interval": "1",
        "projection.date.interval.unit": "DAYS",
        "storage.location.template": f"{table.location}${{account}}/CloudTrail/${{region}}/${{date}}",
    }
    said = ",\n".join(f"  '{name}' = '{value}'" for name, value in properties.items())
    return f"""\
CREATE EXTERNAL TABLE IF NOT EXISTS {table.name} (
{columns}
)
COMMENT 'CloudTrail, for rootwarden detect'
PARTITIONED BY (
  `account` STRING,
  `region` STRING,
  `date` STRING
)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '{table.location}'
TBLPROPERTIES (
{said}
)
"""


def candidates(table: str, wanted: Wanted, watched: Iterable[str]) -> str:
    """The query for every event that detection wants (``Catch``), of the period and accounts that are wanted."""
    selected = ",\n".join(f"  {at} AS {name}" for name, _, at in SELECTED)
    names = ",\n    ".join(f"'{name}'" for name in sorted(watched))
    matters = f"""\
(
  useridentity.type = 'Root'
  OR eventname IN (
    {names}
  )
  OR eventname IS NULL
  OR (useridentity IS NULL AND coalesce(eventcategory, '') <> 'Insight')
)"""
    conditions = "\nAND ".join((*_bounds(wanted), matters))
    return f"SELECT\n{selected}\nFROM {table}\nWHERE {conditions}\n"


def _bounds(wanted: Wanted) -> Sequence[str]:
    """Partitions first: they decide what is read, and paid for."""
    period = wanted.period
    first, last = days_of(period)
    found = []
    if first is not None:
        found.append(f"\"date\" >= '{first:%Y/%m/%d}'")
    if last is not None:
        found.append(f"\"date\" <= '{last:%Y/%m/%d}'")
    if wanted.accounts:
        found.append(f"account IN ({', '.join(repr(str(one)) for one in sorted(wanted.accounts))})")
    if period.since is not None:
        found.append(f"eventtime >= '{_stamp(period.since - LEAD)}'")
    if period.until is not None:
        found.append(f"eventtime < '{_stamp(period.until)}'")
    return found


def _stamp(when: datetime) -> str:
    """As ``eventTime`` has it, whose text sorts as time does."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
