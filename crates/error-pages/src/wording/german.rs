use super::Words;

/// In German.
pub(super) const WORDS: Words = Words {
    request: "Anfrage",
    incident: "Vorfall",
    client: (
        "Fehler in der Anfrage",
        "Die Anfrage konnte nicht beantwortet werden.",
    ),
    server: (
        "Fehler auf dem Server",
        "Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es später noch einmal.",
    ),
    statuses: [
        ("Ungültige Anfrage", "Die Anfrage war nicht zu verstehen."),
        (
            "Anmeldung erforderlich",
            "Bitte melden Sie sich an, um dies zu sehen.",
        ),
        ("Kein Zugriff", "Sie dürfen dies nicht sehen."),
        ("Nicht gefunden", "Unter dieser Adresse gibt es nichts."),
        (
            "Methode nicht erlaubt",
            "Diese Adresse antwortet nicht auf diese Methode.",
        ),
        (
            "Nicht annehmbar",
            "Dies gibt es in keiner Form, die Sie annehmen.",
        ),
        (
            "Zeitüberschreitung der Anfrage",
            "Die Anfrage brauchte zu lange, um anzukommen. Bitte versuchen Sie es noch einmal.",
        ),
        (
            "Konflikt",
            "Jemand anderes hat dies in der Zwischenzeit geändert.",
        ),
        (
            "Nicht mehr da",
            "Dies gab es hier einmal, und es kommt nicht wieder.",
        ),
        (
            "Länge erforderlich",
            "Die Anfrage muss sagen, wie lang sie ist.",
        ),
        (
            "Vorbedingung nicht erfüllt",
            "Dies wurde geändert, seit Sie es zuletzt gesehen haben.",
        ),
        (
            "Anfrage zu groß",
            "Die Anfrage ist größer, als hier angenommen wird.",
        ),
        (
            "Adresse zu lang",
            "Die Adresse ist länger, als hier angenommen wird.",
        ),
        (
            "Nicht unterstützte Form",
            "Die Anfrage hat eine Form, die hier nicht angenommen wird.",
        ),
        (
            "Bereich nicht vorhanden",
            "Den Teil, nach dem gefragt wurde, gibt es nicht.",
        ),
        (
            "Falscher Server",
            "Die Anfrage ging an den falschen Server.",
        ),
        (
            "Nicht zu verarbeiten",
            "Die Anfrage wurde verstanden, aber etwas darin stimmt nicht.",
        ),
        (
            "Anderes Protokoll erforderlich",
            "Dies braucht ein anderes Protokoll.",
        ),
        (
            "Vorbedingung erforderlich",
            "Die Anfrage muss sagen, welche Fassung sie ändern will.",
        ),
        (
            "Zu viele Anfragen",
            "Das war zu viel in zu kurzer Zeit. Bitte warten Sie ein wenig.",
        ),
        (
            "Kopffelder zu groß",
            "Die Kopffelder der Anfrage sind größer, als hier angenommen wird.",
        ),
        (
            "Aus rechtlichen Gründen nicht verfügbar",
            "Dies ist aus rechtlichen Gründen nicht verfügbar.",
        ),
        (
            "Interner Fehler",
            "Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es später noch einmal.",
        ),
        ("Nicht vorgesehen", "Dies wird hier nicht unterstützt."),
        (
            "Fehlerhafte Antwort",
            "Ein Server hinter diesem gab keine gültige Antwort. Bitte versuchen Sie es später noch einmal.",
        ),
        (
            "Zurzeit nicht verfügbar",
            "Dies ist im Augenblick nicht verfügbar. Bitte versuchen Sie es später noch einmal.",
        ),
        (
            "Keine Antwort",
            "Ein Server hinter diesem hat nicht rechtzeitig geantwortet. Bitte versuchen Sie es später noch einmal.",
        ),
        (
            "HTTP-Version nicht unterstützt",
            "Diese Version des Protokolls wird hier nicht unterstützt.",
        ),
        (
            "Kein Speicherplatz",
            "Es ist kein Platz mehr, um dies zu speichern.",
        ),
    ],
};
