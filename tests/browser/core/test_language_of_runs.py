"""A run in Chinese tells and reports in Chinese."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def told() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line under a locale of the test's choice."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LC_", "LANG", "HANDRAIL_LANG"))
    }

    def ran(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  # our own command
            [sys.executable, "-m", "handrail_cli.main", *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**plain, "PYTHONUTF8": "1", "COLUMNS": "100", **environment},
            timeout=60,
            check=False,
        )

    return ran


def test_a_run_in_chinese_reports_in_chinese(
    told: Callable[..., Any], tmp_path: Path, browser: Browser
) -> None:
    """The terminal and the report are Chinese, though the pages walked through are English."""
    folder = ("--out", str(tmp_path / "out"), "--state", str(tmp_path / "state"))
    ended = told("dry-run", "contact", "--lang", "zh", "--verbose", *folder)
    assert ended.returncode == 0
    assert "✓ 已完成。" in ended.stdout
    assert "请求向电话号码 +86 138••••8000 发送验证码" in ended.stderr
    assert "开始 填写邮箱地址" in ended.stderr
    (report,) = (tmp_path / "out").glob("*/report.html")
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(report.as_uri())
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.get_by_role("heading", name="紧急联系信息").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    timeline = page.locator(".timeline .title").all_inner_texts()
    assert [title for title in timeline if not CHINESE.search(title)] == []
    page.close()
