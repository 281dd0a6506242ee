"""Who is signed in: what a reader may not do is not there, and an ended sign-in loses nothing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from simulator.demo.stage import Auth, Stage
from tests.browser.review import Review, ReviewMaker, staged

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def signed_in_company() -> Iterator[Stage]:
    with staged(auth=Auth.EASYAUTH) as running:
        yield running


@pytest.fixture
def administrator(signed_in_company: Stage, reader_of: ReviewMaker) -> Review:
    review = reader_of(signed_in_company)
    review.sign_in("admin")
    return review


def test_a_reader_sees_the_plan_and_no_button_that_changes(
    administrator: Review, signed_in_company: Stage, reader_of: ReviewMaker
) -> None:
    administrator.search()
    reader = reader_of(signed_in_company)
    reader.sign_in("reader")
    expect(reader.page.get_by_role("heading", name="You may read")).to_be_visible()
    expect(reader.page.get_by_role("button", name="Search", exact=True)).to_have_count(0)

    reader.page.get_by_role("link", name="Open the newest plan").click()
    reader.plan_is_shown()

    expect(reader.page.get_by_role("button", name="Execute")).to_have_count(0)
    expect(reader.boxes().and_(reader.page.locator(":enabled"))).to_have_count(0)
    reader.open("#/settings")
    expect(reader.page.locator("main :is(select, input):enabled")).to_have_count(0)


def test_who_is_signed_in_is_shown(administrator: Review) -> None:
    expect(administrator.page.locator("#who")).not_to_be_empty()


def test_an_ended_sign_in_comes_back_to_the_plan_with_its_ticks(administrator: Review) -> None:
    administrator.search()
    administrator.boxes().and_(administrator.page.locator(":checked")).first.click()
    chosen, place = administrator.chosen(), administrator.page.url
    administrator.page.context.clear_cookies()

    administrator.page.get_by_role("link", name="History").click()
    expect(administrator.heading("Signed out")).to_be_visible()
    administrator.page.go_back()
    administrator.page.get_by_role("button", name="Sign in again").click()
    administrator.page.locator('a[href*="as=admin"]').click()
    administrator.plan_is_shown()

    assert administrator.page.url == place
    assert administrator.chosen() == chosen
