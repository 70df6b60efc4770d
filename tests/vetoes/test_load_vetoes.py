"""A veto is registered by its file being in the folder."""

from __future__ import annotations

from guardian.vetoes.load import load_vetoes


def test_every_veto_is_there_once_under_its_files_name() -> None:
    vetoes = load_vetoes()
    assert [veto.name for veto in vetoes] == ["quoted_reply", "your_labels"]
    for veto in vetoes:
        assert type(veto).__module__ == f"guardian.vetoes.{veto.name}"
