"""What our reading of features and policies says, where AWS refused a root session: beside AWS's own words, never instead of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rootwarden.app.doctor import readings_of
from rootwarden.errors import RootwardenError
from rootwarden.model.diagnosis import TaskAnswer, TaskDiagnosis

if TYPE_CHECKING:
    from rootwarden.app.context import App
    from rootwarden.aws.clients import CallerClients
    from rootwarden.model.ids import AccountId
    from rootwarden.model.tasks import RootTask


def note_likely_layer(app: App, clients: CallerClients, account: AccountId, task: RootTask) -> None:
    """Notes which layer most likely refused the session, as far as it can be read, and how to learn more. Raises nothing of AWS's."""
    before = len(app.notes)
    try:
        said = _said(readings_of(app, clients, (account,), task)[account])
    except RootwardenError as error:
        said = f"what decides could not be read: {error.message}"
    del app.notes[before:]  # how the reading was done is no news here
    app.notes.append(
        f"our reading, not AWS's: {said.rstrip('.')}; more with 'rootwarden doctor --account {account} --task {task.value}'"
    )


def _said(found: TaskDiagnosis) -> str:
    match found.answer:
        case TaskAnswer.ALLOWED:
            return (
                "nothing that was read stands in the way. A change made in the last minutes may not have reached every part of AWS, "
                "and a permissions boundary or session policy of the caller may not be readable."
            )
        case TaskAnswer.DEPENDS:
            on = f" (on {', '.join(found.depends_on)})" if found.depends_on else ""
            return f"the likely layer is {found.layer or 'not to be told'}; it depends{on}: {found.sentence}"
        case _:
            lift = f" What lifts it: {found.change.summary}" if found.change else ""
            return f"the likely layer is {found.layer}: {found.sentence}{lift}"
