use super::Words;

/// In Polish.
pub(super) const WORDS: Words = Words {
    request: "Żądanie",
    incident: "Zdarzenie",
    client: ("Błąd żądania", "Nie udało się odpowiedzieć na żądanie."),
    server: (
        "Błąd serwera",
        "Coś poszło nie tak po naszej stronie. Proszę spróbować później.",
    ),
    statuses: [
        ("Nieprawidłowe żądanie", "Nie udało się zrozumieć żądania."),
        (
            "Wymagane logowanie",
            "Proszę się zalogować, aby to zobaczyć.",
        ),
        ("Brak dostępu", "Nie masz uprawnień, aby to zobaczyć."),
        ("Nie znaleziono", "Pod tym adresem nic nie ma."),
        (
            "Niedozwolona metoda",
            "Ten adres nie odpowiada na tę metodę.",
        ),
        (
            "Brak akceptowanej postaci",
            "Tej treści nie ma w żadnej akceptowanej postaci.",
        ),
        (
            "Przekroczono czas żądania",
            "Żądanie docierało zbyt długo. Proszę spróbować ponownie.",
        ),
        ("Konflikt", "W międzyczasie ktoś inny to zmienił."),
        ("Usunięto", "To kiedyś tu było i już nie wróci."),
        ("Wymagana długość", "Żądanie musi podać swoją długość."),
        (
            "Niespełniony warunek",
            "To się zmieniło, odkąd było ostatnio wyświetlane.",
        ),
        (
            "Zbyt duże żądanie",
            "Żądanie jest większe, niż jest tu przyjmowane.",
        ),
        (
            "Zbyt długi adres",
            "Adres jest dłuższy, niż jest tu przyjmowany.",
        ),
        (
            "Nieobsługiwana postać",
            "Żądanie ma postać, która nie jest tu przyjmowana.",
        ),
        ("Brak takiej części", "Żądana część nie istnieje."),
        (
            "Niewłaściwy serwer",
            "Żądanie trafiło do niewłaściwego serwera.",
        ),
        (
            "Nie można przetworzyć",
            "Żądanie zostało zrozumiane, ale coś się w nim nie zgadza.",
        ),
        ("Wymagany inny protokół", "Tu potrzebny jest inny protokół."),
        (
            "Wymagany warunek",
            "Żądanie musi podać, którą wersję chce zmienić.",
        ),
        (
            "Zbyt wiele żądań",
            "To było za dużo w zbyt krótkim czasie. Proszę chwilę poczekać.",
        ),
        (
            "Zbyt duże nagłówki",
            "Nagłówki żądania są większe, niż jest tu przyjmowane.",
        ),
        (
            "Niedostępne z przyczyn prawnych",
            "To jest niedostępne z przyczyn prawnych.",
        ),
        (
            "Błąd wewnętrzny",
            "Coś poszło nie tak po naszej stronie. Proszę spróbować później.",
        ),
        ("Nieobsługiwane", "To nie jest tu obsługiwane."),
        (
            "Nieprawidłowa odpowiedź",
            "Serwer znajdujący się za tym serwerem nie dał prawidłowej odpowiedzi. Proszę spróbować później.",
        ),
        (
            "Niedostępne",
            "To jest w tej chwili niedostępne. Proszę spróbować później.",
        ),
        (
            "Brak odpowiedzi",
            "Serwer znajdujący się za tym serwerem nie odpowiedział na czas. Proszę spróbować później.",
        ),
        (
            "Nieobsługiwana wersja HTTP",
            "Ta wersja protokołu nie jest tu obsługiwana.",
        ),
        ("Brak miejsca", "Nie ma już miejsca, aby to zapisać."),
    ],
};
