extension Topic {
    static let germanOffices = Topic(
        name: "Ämter",
        openers: [
            "Drei Formulare später bin ich kein bisschen schlauer.",
            "Im Bürgeramt lernt man Geduld, ob man will oder nicht.",
            "Wieder ein Brief mit Fristen, und wieder liegt er seit Tagen ungeöffnet da.",
        ],
        clues: [
            .stated(
                .age,
                "In meinem Ausweis steht [der {birthDate}|ein Datum von vor langer Zeit|ein Datum], und trotzdem sollte ich es dreimal angeben."
            ),
            .stated(
                .age,
                "Als [Jahrgang {birthYear}|nicht mehr ganz junger Mensch|Mensch] dachte ich, das ginge inzwischen alles online."
            ),
            .stated(
                .location,
                "Der nächste freie Termin in [{city}|einer größeren Stadt|meiner Stadt] ist in elf Wochen, um 7:10 Uhr."
            ),
            .stated(
                .occupation,
                "Beim Feld Beruf schreibe ich [{job}|etwas mit Schichten|irgendetwas] hin, mehr passt ohnehin nicht in die Zeile."
            ),
            .stated(
                .relationship, ["Married"],
                "[{spouse} {friend}|Jemand aus der Familie|Noch jemand] musste mitkommen, nur um zweimal zu unterschreiben."
            ),
            .stated(
                .relationship, ["Divorced"],
                "Beim Familienstand kreuze ich [geschieden|eins der hinteren Kästchen|ein Kästchen] an, und jedes Mal fragt jemand nach."
            ),
            .stated(
                .relationship, ["No relation"],
                "Bei der Frage nach dem Familienstand steht bei mir [ledig|das Übliche|nichts Besonderes], das war das einzige leichte Feld."
            ),
        ],
        remarks: [
            "Die Nummer auf der Anzeige sprang von 48 auf 103.",
            "Ohne Stempel geht nichts, mit Stempel auch nicht viel.",
            "Der Automat nahm nur Münzen, natürlich.",
        ],
        closers: [
            "Kennt jemand einen schnelleren Weg?",
            "Ich nehme es inzwischen mit Humor.",
            "",
        ])

    static let germanNames = Topic(
        name: "Namen",
        openers: [
            "Mein Paket lag wieder drei Häuser weiter.",
            "Auf dem Klingelschild steht seit Jahren ein Schreibfehler.",
            "Namen kann ich mir nicht merken, Gesichter schon.",
        ],
        clues: [
            .stated(
                .relationship, ["In Relation"],
                "[{lover} heißt {friend}|Eine nahe Person hat einen seltenen Namen|Manche haben seltene Namen], und am Telefon muss man das jedes Mal buchstabieren."
            ),
            .stated(
                .relationship, ["Married"],
                "[{spouse} {friend}|Jemand bei uns im Haus|Jemand] hat das Schild mit Klebeband ausgebessert."),
            .stated(
                .occupation,
                "Bei der Arbeit ist es schlimmer: Als [{job}|jemand mit vielen Kontakten|Mensch im Berufsleben] lerne ich jeden Tag zehn neue Namen."
            ),
            .stated(.location, "Hier in [{city}|der Stadt|unserer Straße] spricht jeder Zweite den Namen anders aus."),
            .stated(.age, "Mit [{age} Jahren|den Jahren|der Zeit] fängt man an, sich alles aufzuschreiben."),
            .hinted(
                .age, from: 30,
                "In meiner ersten Klasse [von {schoolYear}|von damals|von damals] gab es vier Kinder mit demselben Vornamen."
            ),
        ],
        remarks: [
            "Der Postbote grinst nur noch.",
            "Ein Umlaut zu viel und die Sendung geht zurück.",
            "Spitznamen sind auch keine Lösung.",
        ],
        closers: [
            "Wie schreibt man euch falsch?",
            "Bis zum nächsten Paket.",
            "",
        ])
}
