"""« Mes courriels », the link of a mail, and what agents see of mail that did not arrive."""

from contracts.accounts.mail import (
    AboutStop,
    ChooseMail,
    FailedMail,
    MailState,
    MyMail,
    SendAgain,
    StopMail,
    StopView,
    TrustMyAddress,
    Why,
)
from contracts.caller import Role
from contracts.errors import Invalid, NotFound
from gateway.citizen.account import show_account
from gateway.dashboard import Page
from tests.mothers import mail as mother
from tests.mothers.accounts import NOW, a_household

HERE = "/mon-espace/courriels/"
STOP = StopView(label="Résumé", email="l…n@exemple.fr", stopped=False)


def test_a_parent_ticks_what_they_want(site) -> None:
    site.services.answers |= {MyMail: mother.my_mail(), ChooseMail: mother.my_mail()}
    browser = site.citizen()
    page = browser.read(HERE)
    assert [box["value"] for box in page.select("[type=checkbox][checked]")] == ["bookings_changed"]
    assert "La loi." in page.get_text()
    assert browser.submit(page, wanted=["payment_failed"]).location == HERE
    assert site.services.asked_for(ChooseMail)[0].wanted == {"payment_failed"}


def test_a_parent_may_want_nothing(site) -> None:
    site.services.answers |= {MyMail: mother.my_mail(), ChooseMail: mother.my_mail()}
    browser = site.citizen()
    browser.send(HERE, wanted=None)
    assert site.services.asked_for(ChooseMail)[0].wanted == frozenset()


def test_a_choice_that_is_no_kind_is_refused(site) -> None:
    site.services.answers |= {
        MyMail: mother.my_mail(),
        ChooseMail: Invalid(problems={"kinds": "unknown_choice"}),
    }
    answer = site.citizen().post(HERE, {"wanted": "rien"})
    assert answer.status_code == 422


def test_an_address_that_fails_is_said_and_can_be_vouched_for(site) -> None:
    site.services.answers |= {
        MyMail: mother.my_mail(failing=NOW, why=Why.MAILBOX_FULL),
        TrustMyAddress: None,
    }
    browser = site.citizen()
    page = browser.read(HERE)
    assert "Nous n’arrivons plus à vous écrire" in page.get_text()
    assert "Cette boîte est pleine." in page.get_text()
    browser.submit(page, 0)
    assert len(site.services.asked_for(TrustMyAddress)) == 1


def test_opening_the_link_of_a_mail_changes_nothing_until_the_button(site) -> None:
    site.services.answers |= {AboutStop: STOP, StopMail: STOP.model_copy(update={"stopped": True})}
    browser = site.anonymous()
    page = browser.read("/courriels/arreter/abc")
    assert site.services.asked_for(StopMail) == []
    answer = browser.submit(page)
    assert "Vous ne recevrez plus ce courriel" in answer.get_data(as_text=True)
    assert site.services.asked_for(StopMail)[0].token == "abc"


def test_a_mail_program_switches_it_off_without_a_token_of_ours(site) -> None:
    site.services.answers[StopMail] = STOP
    answer = site.anonymous().client.post("/courriels/arreter/abc", data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert len(site.services.asked_for(StopMail)) == 1


def test_a_link_nobody_sent_is_not_found(site) -> None:
    site.services.answers |= {AboutStop: NotFound, StopMail: NotFound}
    site.anonymous().get("/courriels/arreter/autre", 404)
    assert site.anonymous().client.post("/courriels/arreter/autre").status_code == 404


def test_agents_read_why_a_mail_did_not_arrive_and_send_it_again(site) -> None:
    site.services.answers |= {FailedMail: mother.a_page(mother.a_mail()), SendAgain: None}
    browser = site.agent(Role.FAMILY_FILES)
    page = browser.read("/agents/courriels/?etat=retour&adresse=martin")
    assert "Cette adresse n’existe pas." in page.get_text()
    assert "Adresse à corriger" in page.get_text()
    asked = site.services.asked_for(FailedMail)[0]
    assert (asked.state, asked.text) == (MailState.BOUNCED, "martin")
    browser.submit(page, 1)
    assert site.services.asked_for(SendAgain)[0].mail_id == mother.a_mail().mail_id


def test_what_cannot_be_sent_again_says_what_to_do(site) -> None:
    site.services.answers[FailedMail] = mother.a_page(mother.a_mail(can_resend=False, family_id=None))
    page = site.agent(Role.ADMINISTRATION).read("/agents/courriels/")
    assert "la personne doit refaire sa demande" in page.get_text()


def test_the_home_page_says_that_mail_comes_back(site) -> None:
    page = Page()
    household = a_household()
    account = household.account.model_copy(update={"mail_failing": True})
    with site.app.test_request_context():
        show_account(page, household.model_copy(update={"account": account}))
        show_account(page, household)
    assert [task.title for task in page.tasks] == ["Nous n’arrivons plus à vous écrire"]
