extension Topic {
    static let polishOffices = Topic(
        name: "urząd",
        openers: [
            "Trzy okienka i nadal brakuje jednej pieczątki.",
            "Strona zawiesza się zawsze na ostatnim kroku.",
            "Znowu list polecony i znowu kolejka.",
        ],
        clues: [
            .stated(
                .age,
                "W formularzu wpisuję [{birthDate}|datę sprzed wielu lat|datę], a system twierdzi, że taki dzień nie istnieje."
            ),
            .stated(
                .age,
                "Jestem [z rocznika {birthYear}|z innego pokolenia|z natury osobą ostrożną] i wciąż trzymam rachunki w pudełku po butach."
            ),
            .stated(
                .location,
                "Najbliższy wolny termin w [{city}|mieście na północy|mieście] jest za dziewięć tygodni, o 7.40."),
            .stated(
                .occupation,
                "W rubryce zawód wpisuję, że jestem [{job}|kimś od pracy z ludźmi|kimś zwyczajnym], i nigdy się to nie mieści."
            ),
            .stated(
                .relationship, ["Married"],
                "[{spouse} {friend}|Ktoś z rodziny|Ktoś] musi podpisać to samo w czterech miejscach."),
            .stated(
                .relationship, ["Divorced"],
                "W rubryce stan cywilny zaznaczam [rozwód|jedną z ostatnich kratek|kratkę] i za każdym razem chcą kolejnej kopii."
            ),
        ],
        remarks: [
            "Numerek przeskoczył z 48 na 103.",
            "Zabrakło kopii kopii.",
            "Automat przyjmował tylko monety.",
        ],
        closers: [
            "Da się to załatwić przez internet?",
            "Cierpliwości.",
            "",
        ])

    static let polishNames = Topic(
        name: "imiona",
        openers: [
            "W kawiarni zapisują imiona ze słuchu.",
            "Paczka znowu przyszła na cudze nazwisko.",
            "Twarze pamiętam, imion nigdy.",
        ],
        clues: [
            .stated(
                .relationship, ["In Relation"],
                "[{lover} ma na imię {friend}|Bliska mi osoba ma rzadkie imię|Są rzadkie imiona] i przez telefon trzeba literować."
            ),
            .stated(
                .relationship, ["Married"],
                "[{spouse} {friend}|Ktoś z domu|Ktoś] nakleja na skrzynkę kartkę z poprawną pisownią."),
            .stated(
                .occupation,
                "Jestem [{job}|osobą, która rozmawia z wieloma ludźmi,|jak wszyscy] i cały dzień pytam o pisownię."),
            .stated(.location, "Tutaj, w [{city}|dużym mieście|okolicy], każdy wymawia to po swojemu."),
            .stated(.age, "[W wieku {age} lat|W moim wieku|Z czasem] człowiek już nie poprawia, tylko się uśmiecha."),
            .hinted(
                .age, from: 30,
                "W mojej pierwszej klasie [z {schoolYear} roku|z tamtych lat|z tamtych lat] pięcioro dzieci miało to samo imię."
            ),
        ],
        remarks: [
            "Jedna kreska za dużo i wszystko wraca.",
            "Listonosz już się nie dziwi.",
            "Zdrobnienia też nie pomagają.",
        ],
        closers: [
            "A jak przekręcają wasze?",
            "Do następnej paczki.",
            "",
        ])
}
