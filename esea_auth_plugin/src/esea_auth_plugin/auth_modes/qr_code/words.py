"""Names, times and sentences that the files of this package share."""

from __future__ import annotations

from datetime import timedelta

MODE = "qr_code"
PASSKEYS = "passkey"

#: From the code's appearance to the telephone's approval (threat-model.md row 26: 60 to 120 seconds).
TTL = timedelta(seconds=90)
#: From the approval to its collection by the workstation, which asks every few seconds.
COLLECT = timedelta(seconds=30)
#: From the code's appearance to the key made on the telephone.
ENROL_LIFE = timedelta(minutes=5)
#: From the telephone's answer to the person's confirmation on the workstation.
CONFIRM = timedelta(minutes=3)
#: How long « Ce n’est pas moi » shuts the mode for who asked.
BLOCKED = timedelta(minutes=15)

REFUSED = "La connexion a été refusée sur le téléphone. Si ce n’était pas vous, prévenez l’assistance."
WRONG_NUMBER = "Le nombre saisi sur le téléphone n’était pas celui de cet écran. Par sécurité, recommencez."
OTHER_PERSON = "Le téléphone est celui d’un autre compte que le vôtre. Recommencez avec votre téléphone."
OVER = "Cette demande a déjà servi. Recommencez."
SHUT = (
    "La connexion par QR code est fermée pour un moment ici : une demande venue de ce navigateur ou de cette adresse a "
    "été signalée. Utilisez un autre mode, ou réessayez dans un quart d’heure."
)
NO_PHONE = "Aucun de vos téléphones n’a encore de clé d’accès. Ajoutez-en un dans « Mes dispositifs »."
ENROL_EXPIRED = "Le QR code n’a pas servi dans les cinq minutes. Recommencez."
ENROL_WRONG = "Le nombre saisi sur le téléphone n’était pas celui de cet écran : rien n’a été ajouté. Recommencez."
CHECK_WRONG = (
    "Ce nombre n’est pas celui du téléphone qui a répondu : rien n’a été ajouté. Recommencez, à l’abri des regards."
)
ENROL_REFUSED = "L’ajout a été refusé sur le téléphone : rien n’a été ajouté."
KEY_REFUSED = "La clé créée par le téléphone n’a pas été acceptée : rien n’a été ajouté. Recommencez."
