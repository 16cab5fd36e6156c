"""What the documents say is so."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_test_that_the_semantics_name_exists():
    named = re.findall(
        r"`(?:(tests/[\w/]+\.py)::)?(test_\w+)`", (ROOT / "docs/semantics.md").read_text()
    )
    assert len(named) > 25
    for path, test in named:
        source = (ROOT / (path or "tests/test_semantics.py")).read_text()
        assert f"def {test}(" in source, test


def test_every_test_of_the_semantics_is_named_there():
    source = (ROOT / "tests/test_semantics.py").read_text()
    document = (ROOT / "docs/semantics.md").read_text()
    for test in re.findall(r"^def (test_\w+)", source, re.M):
        assert f"`{test}`" in document, test


def test_the_program_of_the_readme_prints_what_the_readme_shows():
    text = (ROOT / "README.md").read_text()
    program = re.search(r"```python\n(.*?)```\s+```\n(.*?)```", text, re.S)
    done = subprocess.run(
        [sys.executable, "-c", program.group(1)], capture_output=True, text=True, check=True
    )
    assert done.stdout == program.group(2)


def test_the_pages_of_the_library_are_those_of_its_data():
    """Run `make pages` after a change of the library."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        from make_pages import pages
    finally:
        sys.path.pop(0)
    for path, text in pages().items():
        assert (ROOT / "docs" / path).read_text(encoding="utf-8") == text, path


def test_every_page_shows_sources_and_verification():
    for page in (ROOT / "docs/models").glob("*.md"):
        if page.name != "index.md":
            text = page.read_text(encoding="utf-8")
            assert "## Where every number stands" in text
            assert "## Verification" in text


def test_every_link_of_the_documents_leads_somewhere():
    for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_example_is_the_program_of_the_readme():
    text = (ROOT / "README.md").read_text()
    program = re.search(r"```python\n(.*?)```", text, re.S).group(1)
    assert (ROOT / "examples/routes.py").read_text().endswith(program)
