use super::Words;

/// In French.
pub(super) const WORDS: Words = Words {
    request: "Requête",
    incident: "Incident",
    client: (
        "Erreur de requête",
        "La requête n’a pas pu recevoir de réponse.",
    ),
    server: (
        "Erreur du serveur",
        "Un problème est survenu de notre côté. Veuillez réessayer plus tard.",
    ),
    statuses: [
        ("Requête incorrecte", "La requête n’a pas pu être comprise."),
        (
            "Connexion requise",
            "Veuillez vous connecter pour voir cette page.",
        ),
        (
            "Accès interdit",
            "Vous n’êtes pas autorisé à voir cette page.",
        ),
        ("Page introuvable", "Il n’y a rien à cette adresse."),
        (
            "Méthode non autorisée",
            "Cette adresse ne répond pas à cette méthode.",
        ),
        (
            "Aucun format acceptable",
            "Ce contenu n’existe sous aucune forme que vous acceptez.",
        ),
        (
            "Délai de la requête dépassé",
            "La requête a mis trop de temps à arriver. Veuillez réessayer.",
        ),
        (
            "Conflit",
            "Quelqu’un d’autre a modifié ce contenu entre-temps.",
        ),
        ("Page supprimée", "Cette page a existé et ne reviendra pas."),
        ("Longueur requise", "La requête doit indiquer sa longueur."),
        (
            "Condition non remplie",
            "Ce contenu a changé depuis la dernière fois que vous l’avez vu.",
        ),
        (
            "Requête trop volumineuse",
            "La requête dépasse la taille acceptée ici.",
        ),
        (
            "Adresse trop longue",
            "L’adresse dépasse la longueur acceptée ici.",
        ),
        (
            "Format non pris en charge",
            "La requête est dans un format qui n’est pas accepté ici.",
        ),
        ("Partie inexistante", "La partie demandée n’existe pas."),
        (
            "Mauvais serveur",
            "La requête a été envoyée au mauvais serveur.",
        ),
        (
            "Contenu impossible à traiter",
            "La requête a été comprise, mais elle contient une erreur.",
        ),
        (
            "Autre protocole requis",
            "Cette adresse demande un autre protocole.",
        ),
        (
            "Condition requise",
            "La requête doit indiquer quelle version elle veut modifier.",
        ),
        (
            "Trop de requêtes",
            "C’était trop en trop peu de temps. Veuillez patienter un peu.",
        ),
        (
            "En-têtes trop volumineux",
            "Les en-têtes de la requête dépassent la taille acceptée ici.",
        ),
        (
            "Indisponible pour raisons juridiques",
            "Ce contenu n’est pas disponible pour des raisons juridiques.",
        ),
        (
            "Erreur interne",
            "Un problème est survenu de notre côté. Veuillez réessayer plus tard.",
        ),
        (
            "Non pris en charge",
            "Cette opération n’est pas prise en charge ici.",
        ),
        (
            "Réponse incorrecte",
            "Un serveur situé derrière celui-ci n’a pas donné de réponse valable. Veuillez réessayer plus tard.",
        ),
        (
            "Service indisponible",
            "Ce service n’est pas disponible pour le moment. Veuillez réessayer plus tard.",
        ),
        (
            "Pas de réponse",
            "Un serveur situé derrière celui-ci n’a pas répondu à temps. Veuillez réessayer plus tard.",
        ),
        (
            "Version HTTP non prise en charge",
            "Cette version du protocole n’est pas prise en charge ici.",
        ),
        (
            "Espace insuffisant",
            "Il n’y a plus de place pour enregistrer ce contenu.",
        ),
    ],
};
