"""A message as Teams shows it, and as any other program reads it."""

import json

from shared.engine.notices.notice import Message


def plain_json(message: Message) -> bytes:
    """One flat JSON object; fields are only ever added."""
    return _encoded(
        {
            "id": message.id,
            "at": message.at.isoformat(),
            "organization": message.organization,
            "topic": message.notice.topic.value,
            "title": message.notice.title,
            "detail": message.notice.detail,
            "fix": message.notice.fix,
            "counts": message.notice.counts,
            "run_id": message.notice.run_id,
            "review_page": message.review_page,
        }
    )


def teams_card(message: Message) -> bytes:
    """The message as a Teams workflow posts it: one adaptive card.

    Source: learn.microsoft.com/power-automate/teams/create-adaptive-cards, adaptivecards.io/explorer (version 1.4).
    """
    notice = message.notice
    facts = [{"title": "Organization", "value": message.organization}]
    facts += [{"title": name.replace("_", " "), "value": str(count)} for name, count in sorted(notice.counts.items())]
    if notice.run_id:
        facts.append({"title": "Run", "value": notice.run_id})
    texts = [_text(notice.detail)]
    if notice.fix:
        texts += [_text("What to do", weight="Bolder"), _text(notice.fix)]
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [_text(notice.title, weight="Bolder", size="Medium"), *texts, {"type": "FactSet", "facts": facts}],
    }
    if message.review_page:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the review page", "url": message.review_page}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return _encoded({"type": "message", "attachments": [attachment]})


def _text(text: str, **style: str) -> dict[str, object]:
    return {"type": "TextBlock", "text": text, "wrap": True, **style}


def _encoded(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
