"""Pictures for the documents, of a run that the environment names: CCO_TEST_SCREENSHOTS is the folder that they go to."""

import pathlib
import os

from browser import Browser, Company, go, sync_playwright


def main():
    company = Company()
    folder = pathlib.Path(os.environ["CCO_TEST_SCREENSHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _, link = company.serve()
        with sync_playwright() as playwright:
            browser = Browser(playwright)
            for name, route, theme, at in [
                ("timeline", "#/timeline", "light", None), ("overview", "#/", "dark", 0.5),
            ]:
                page = browser.page(theme)
                page.set_viewport_size({"width": 1180, "height": 680})
                page.goto(link)
                page.wait_for_selector("#figures div")
                if at is not None:
                    page.click("#replay-open")
                    page.wait_for_selector("#replay:not([hidden])")
                    page.wait_for_timeout(500)
                    page.evaluate("share => { const range = document.getElementById('replay-range'); range.value = Math.round(range.max * share); range.dispatchEvent(new Event('input')); }", at)
                go(page, route)
                page.wait_for_timeout(800)
                page.screenshot(path=str(folder / f"web-{name}.png"))
                page.context.close()
            browser.browser.close()
    finally:
        company.end()


main()
