use super::Words;

/// In Dutch.
pub(super) const WORDS: Words = Words {
    request: "Verzoek",
    incident: "Incident",
    client: (
        "Fout in het verzoek",
        "Het verzoek kon niet worden beantwoord.",
    ),
    server: (
        "Fout op de server",
        "Er is bij ons iets misgegaan. Probeer het later opnieuw.",
    ),
    statuses: [
        ("Ongeldig verzoek", "Het verzoek kon niet worden begrepen."),
        ("Aanmelden vereist", "Meld u aan om dit te zien."),
        ("Geen toegang", "U mag dit niet zien."),
        ("Niet gevonden", "Op dit adres is niets te vinden."),
        (
            "Methode niet toegestaan",
            "Dit adres antwoordt niet op deze methode.",
        ),
        (
            "Geen aanvaardbare vorm",
            "Dit bestaat niet in een vorm die u aanvaardt.",
        ),
        (
            "Verzoek duurde te lang",
            "Het verzoek deed er te lang over om aan te komen. Probeer het opnieuw.",
        ),
        ("Conflict", "Iemand anders heeft dit intussen gewijzigd."),
        ("Verwijderd", "Dit was hier ooit en komt niet terug."),
        (
            "Lengte vereist",
            "Het verzoek moet vermelden hoe lang het is.",
        ),
        (
            "Voorwaarde niet vervuld",
            "Dit is gewijzigd sinds u het voor het laatst zag.",
        ),
        (
            "Verzoek te groot",
            "Het verzoek is groter dan hier wordt aangenomen.",
        ),
        (
            "Adres te lang",
            "Het adres is langer dan hier wordt aangenomen.",
        ),
        (
            "Vorm niet ondersteund",
            "Het verzoek heeft een vorm die hier niet wordt aangenomen.",
        ),
        ("Deel bestaat niet", "Het gevraagde deel bestaat niet."),
        (
            "Verkeerde server",
            "Het verzoek kwam bij de verkeerde server terecht.",
        ),
        (
            "Niet te verwerken",
            "Het verzoek is begrepen, maar er klopt iets niet in.",
        ),
        (
            "Ander protocol vereist",
            "Dit vraagt om een ander protocol.",
        ),
        (
            "Voorwaarde vereist",
            "Het verzoek moet vermelden welke versie het wil wijzigen.",
        ),
        (
            "Te veel verzoeken",
            "Dat was te veel in te korte tijd. Wacht even.",
        ),
        (
            "Kopvelden te groot",
            "De kopvelden van het verzoek zijn groter dan hier wordt aangenomen.",
        ),
        (
            "Om juridische redenen niet beschikbaar",
            "Dit is om juridische redenen niet beschikbaar.",
        ),
        (
            "Interne fout",
            "Er is bij ons iets misgegaan. Probeer het later opnieuw.",
        ),
        ("Niet ondersteund", "Dit wordt hier niet ondersteund."),
        (
            "Ongeldig antwoord",
            "Een server achter deze gaf geen geldig antwoord. Probeer het later opnieuw.",
        ),
        (
            "Niet beschikbaar",
            "Dit is op dit moment niet beschikbaar. Probeer het later opnieuw.",
        ),
        (
            "Geen antwoord",
            "Een server achter deze antwoordde niet op tijd. Probeer het later opnieuw.",
        ),
        (
            "HTTP-versie niet ondersteund",
            "Deze versie van het protocol wordt hier niet ondersteund.",
        ),
        ("Geen ruimte", "Er is geen ruimte meer om dit op te slaan."),
    ],
};
