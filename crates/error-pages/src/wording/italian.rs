use super::Words;

/// In Italian.
pub(super) const WORDS: Words = Words {
    request: "Richiesta",
    incident: "Incidente",
    client: (
        "Errore nella richiesta",
        "Non è stato possibile rispondere alla richiesta.",
    ),
    server: (
        "Errore del server",
        "Qualcosa non ha funzionato da parte nostra. Riprova più tardi.",
    ),
    statuses: [
        (
            "Richiesta non valida",
            "Non è stato possibile comprendere la richiesta.",
        ),
        ("Accesso richiesto", "Accedi per vedere questa pagina."),
        (
            "Accesso negato",
            "Non hai il permesso di vedere questa pagina.",
        ),
        ("Pagina non trovata", "Non c’è nulla a questo indirizzo."),
        (
            "Metodo non consentito",
            "Questo indirizzo non risponde a questo metodo.",
        ),
        (
            "Nessun formato accettabile",
            "Questo contenuto non esiste in un formato che accetti.",
        ),
        (
            "Tempo della richiesta scaduto",
            "La richiesta ha impiegato troppo tempo ad arrivare. Riprova.",
        ),
        (
            "Conflitto",
            "Nel frattempo qualcun altro ha modificato questo contenuto.",
        ),
        ("Pagina rimossa", "Questa pagina esisteva e non tornerà."),
        (
            "Lunghezza richiesta",
            "La richiesta deve indicare la propria lunghezza.",
        ),
        (
            "Condizione non soddisfatta",
            "Questo contenuto è cambiato dall’ultima volta che l’hai visto.",
        ),
        (
            "Richiesta troppo grande",
            "La richiesta supera la dimensione accettata qui.",
        ),
        (
            "Indirizzo troppo lungo",
            "L’indirizzo supera la lunghezza accettata qui.",
        ),
        (
            "Formato non supportato",
            "La richiesta è in un formato che qui non è accettato.",
        ),
        ("Parte inesistente", "La parte richiesta non esiste."),
        (
            "Server sbagliato",
            "La richiesta è arrivata al server sbagliato.",
        ),
        (
            "Contenuto non elaborabile",
            "La richiesta è stata compresa, ma contiene un errore.",
        ),
        (
            "Serve un altro protocollo",
            "Questo indirizzo richiede un altro protocollo.",
        ),
        (
            "Condizione richiesta",
            "La richiesta deve indicare quale versione vuole modificare.",
        ),
        (
            "Troppe richieste",
            "Sono arrivate troppe richieste in poco tempo. Attendi un momento.",
        ),
        (
            "Intestazioni troppo grandi",
            "Le intestazioni della richiesta superano la dimensione accettata qui.",
        ),
        (
            "Non disponibile per motivi legali",
            "Questo contenuto non è disponibile per motivi legali.",
        ),
        (
            "Errore interno",
            "Qualcosa non ha funzionato da parte nostra. Riprova più tardi.",
        ),
        ("Non supportato", "Questa operazione non è supportata qui."),
        (
            "Risposta non valida",
            "Un server dietro a questo non ha dato una risposta valida. Riprova più tardi.",
        ),
        (
            "Servizio non disponibile",
            "Questo servizio non è disponibile al momento. Riprova più tardi.",
        ),
        (
            "Nessuna risposta",
            "Un server dietro a questo non ha risposto in tempo. Riprova più tardi.",
        ),
        (
            "Versione HTTP non supportata",
            "Questa versione del protocollo non è supportata qui.",
        ),
        (
            "Spazio esaurito",
            "Non c’è più spazio per salvare questo contenuto.",
        ),
    ],
};
