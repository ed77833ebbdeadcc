"""谁能签认: the head names who signs for a body in a round, and who succeeds whom."""

from typing import Any
from uuid import UUID

from fieldapp import clock
from fieldapp.access.permissions import Permission as P
from fieldapp.closing import naming, queries
from fieldapp.closing.forms import SignerForm
from fieldapp.closing.views import pages
from fieldapp.deadlines.county_rules import BODIES
from fieldapp.organisations.queries import people, rounds, teams
from fieldapp.web import menu
from fieldapp.web.forms import bound, carry_out, has_errors, offered, rows_offered
from fieldapp.web.guard import needs
from fieldapp.web.render import render, see
from fieldapp.web.viewer import viewer

menu.entry(66, "closing.signers", "谁能签认")


@pages.route("/signers", methods=["GET", "POST"])
@needs(P.NAME_SIGNERS)
def signers() -> Any:
    """The words of the head so far, and the next one."""
    form = _form()
    if carry_out(form, lambda: naming.name_signer(_said(form), key=form.key, by=viewer(), at=clock.now())):
        return see("closing.signers", said="signer_named")
    context: dict[str, Any] = {
        "rows": queries.signers(),
        "bodies": BODIES,
        "round_names": {row.id: row.name for row in rounds()},
    }
    return render("closing/signers.html", status=422 if has_errors(form) else 200, form=form, **context)


def _form() -> SignerForm:
    form = bound(SignerForm, data={"starts": clock.today()})
    form.round_id.choices = rows_offered(rounds(), "选一轮")
    form.person_id.choices = rows_offered(people(), "选一个人")
    form.instead_of.choices = rows_offered(people(), "不接替谁")
    named = ((str(row.id), f"{row.round.name}·{row.name}") for row in teams())
    form.team_id.choices = offered([("", "不分组"), *named])
    return form


def _said(form: SignerForm) -> naming.Naming:
    team, before = form.team_id.data, form.instead_of.data
    return naming.Naming(
        round_id=UUID(form.round_id.data),
        body=form.body.data,
        team_id=UUID(team) if team else None,
        person_id=UUID(form.person_id.data),
        instead_of=UUID(before) if before else None,
        starts=form.starts.data,
        ends=form.ends.data,
        reason=form.reason.data,
    )
