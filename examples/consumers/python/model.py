"""What the public topics of a newsmill say of each article. Does no I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Article = dict[str, Any]
"""`revision`, `pubStatus`, perhaps `reason`; `record` only while the article is usable."""


@dataclass
class Model:
    """Takes records of both topics in whatever order and however often they come."""

    articles: dict[str, Article] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    """Revisions of articles that are gone, so that what is still on its way cannot bring them back. May be forgotten
    when `changes` no longer keeps them, after 30 days."""

    def apply(self, topic: str, key: str, value: dict[str, Any] | None) -> None:
        """Applies one record; `value` is the parsed JSON, None a tombstone."""
        is_state = topic.endswith("news.article.state.v1")
        known = self.articles.get(key)
        if value is None:
            if not is_state:
                return
            self.gone[key] = known["revision"] if known else self.gone.get(key, 0)
            self.articles.pop(key, None)
            return
        revision: int = value["revision"]
        if known and revision <= known["revision"]:
            return
        # Behind a tombstone, `state` may tell a revision that `changes` told before it.
        least = self.gone.get(key, 0) + (0 if is_state else 1)
        if revision < least:
            return
        pub_status = pub_status_of(value)
        article: Article = {"revision": revision, "pubStatus": pub_status}
        if "reason" in value:
            article["reason"] = value["reason"]
        if pub_status == "usable" and "record" in value:
            article["record"] = value["record"]
        self.articles[key] = article
        self.gone.pop(key, None)

    def save(self) -> str:
        """All that a restart needs."""
        return json.dumps({"articles": self.articles, "gone": self.gone})

    @staticmethod
    def load(text: str) -> Model:
        saved = json.loads(text)
        return Model(articles=saved["articles"], gone=saved["gone"])

    def to_json(self) -> str:
        """The articles by id as canonical JSON: sorted names, no white space."""
        return json.dumps(self.articles, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def pub_status_of(value: dict[str, Any]) -> str:
    """What may not be read for certain may not be read. Older releases do not tell `pubStatus` on `changes`."""
    if "pubStatus" in value:
        return str(value["pubStatus"])
    if "record" in value:
        return "usable"
    return "canceled" if value.get("changeKind") == "withdrawn" else "withheld"
