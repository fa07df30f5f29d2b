"""What people wish to be told by mail. Notices of safety are no matter of taste: nothing switches them off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ...foundation.database import lock_accounts
from ...pyramid_types import Configurator, Registry, RegistryStore, Source
from .models import NotificationChoiceRow

EVERY_SIGN_IN = "every_sign_in"


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of email. ``default`` is ``None`` when it can't be switched off."""

    title: str
    text: str
    default: bool | None


def add_notification_topic(config: Configurator, name: str, title: str, text: str, *, default: bool | None) -> None:
    """Directive ``config.add_notification_topic(name, title, text, default=True)``; ``None``: always sent.

    Who posts such an email asks ``INotifications.wants(session, subject, name)`` first.
    """
    config.action(
        ("esea-notification-topic", name),
        lambda: _topics(config.registry).__setitem__(name, Topic(title, text, default)),
    )


def topics_of(source: Source) -> Mapping[str, Topic]:
    """Return the declared topics by name, those that are always sent first."""
    found = _topics(source)
    return dict(sorted(found.items(), key=lambda item: item[1].default is not None))


_topics = RegistryStore("esea.notification_topics", dict[str, Topic])


class Notifications:
    """See :class:`~esea_auth_plugin.interfaces.INotifications`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def wants(self, session: Session, subject: str, topic: str) -> bool:
        """See the interface."""
        declared = _topics(self._registry)[topic]
        if declared.default is None:
            return True
        row = session.get(NotificationChoiceRow, (subject, topic), populate_existing=True)
        return declared.default if row is None else row.wanted

    def choices(self, session: Session, subject: str) -> Mapping[str, bool]:
        """Return what the person said, by topic; what was never said is left out."""
        rows = session.scalars(select(NotificationChoiceRow).where(NotificationChoiceRow.subject == subject))
        return {row.topic: row.wanted for row in rows}

    def choose(self, session: Session, subject: str, choices: Mapping[str, bool]) -> None:
        """Keep what the person said about the topics that may be switched off; others are not asked."""
        lock_accounts(self._registry, session, subject)
        self.forget(session, subject)
        for name, topic in _topics(self._registry).items():
            if topic.default is not None and name in choices:
                session.add(NotificationChoiceRow(subject=subject, topic=name, wanted=choices[name]))
        session.flush()

    def forget(self, session: Session, subject: str) -> None:
        """See the interface."""
        lock_accounts(self._registry, session, subject)
        session.execute(delete(NotificationChoiceRow).where(NotificationChoiceRow.subject == subject))
