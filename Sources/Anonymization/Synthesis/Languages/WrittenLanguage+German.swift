extension WrittenLanguage {
    static let german = WrittenLanguage(
        code: "de", cities: ["Leipzig": "Leipzig", "Graz": "Graz", "Basel": "Basel"],
        jobs: [
            "nurse": ("Krankenpfleger", "Krankenschwester"), "bus driver": ("Busfahrer", "Busfahrerin"),
            "maths teacher": ("Mathelehrer", "Mathelehrerin"), "carpenter": ("Tischler", "Tischlerin"),
        ],
        dates: .dots, spouse: ("Meine Frau", "Mein Mann"), lover: ("Meine Freundin", "Mein Freund"),
        topics: [
            Topic(
                name: "Alltag",
                openers: [
                    "Die Preise sind wirklich nicht mehr normal.", "Ich verstehe die Aufregung ehrlich gesagt nicht.",
                    "Heute war einer dieser Tage, an denen nichts klappt.", "Danke für den Tipp, das probiere ich aus.",
                ],
                clues: [
                    .stated(
                        .location,
                        "Ich wohne in [{city}|einer Stadt im deutschen Sprachraum|einer Stadt], da zahlt man für zwei Zimmer inzwischen ein Vermögen."
                    ),
                    .hinted(
                        .location,
                        "Am Sonntag laufe ich meistens eine Runde [bei {spot}|an meiner Lieblingsstelle|draußen], dann ist der Kopf wieder frei."
                    ),
                    .stated(
                        .occupation,
                        "Als [{job}|Mensch mit unregelmäßigen Zeiten|arbeitender Mensch] freut man sich über jedes freie Wochenende."
                    ),
                    .stated(
                        .age,
                        "Ich bin [{age} Jahre alt|nicht mehr ganz jung|alt genug] und habe immer noch keine Steuererklärung pünktlich abgegeben."
                    ),
                    .stated(
                        .relationship, ["Married"],
                        "[{spouse}|Der Mensch an meiner Seite|Jemand] lacht mich deswegen seit Jahren aus."),
                    .stated(
                        .relationship, ["In Relation"],
                        "[{lover}|Jemand, der mir nahesteht,|Jemand] hat mir neulich eine Liste geschrieben, die hilft tatsächlich."
                    ),
                    .stated(
                        .relationship, ["Divorced"],
                        "[Seit der Scheidung|Seit einer Weile|Seit einer Weile] mache ich alles selbst und lerne jeden Tag dazu."
                    ),
                    .hinted(
                        .relationship, ["No relation"],
                        "[Ich lebe allein,|Bei mir ist es ruhig,|Ich mag es ruhig,] da stört es niemanden, wenn der Abwasch bis morgen wartet."
                    ),
                ],
                remarks: [
                    "Früher war das irgendwie einfacher.", "Man muss auch mal fünfe gerade sein lassen.",
                    "Ein guter Kaffee am Morgen rettet viel.", "Die Nachbarn sagen übrigens dasselbe.",
                ],
                closers: ["Wie macht ihr das?", "Liebe Grüße in die Runde.", "Morgen wird es besser.", ""]),
            .germanOffices, .germanNames,
        ])
}
