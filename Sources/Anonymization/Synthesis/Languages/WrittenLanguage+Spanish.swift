extension WrittenLanguage {
    static let spanish = WrittenLanguage(
        code: "es",
        cities: [
            "Seville": "Sevilla", "Guadalajara": "Guadalajara", "Medellín": "Medellín", "Rosario": "Rosario",
            "Valparaíso": "Valparaíso",
        ],
        jobs: [
            "nurse": ("enfermero", "enfermera"), "accountant": ("contador", "contadora"),
            "chef": ("cocinero", "cocinera"), "librarian": ("bibliotecario", "bibliotecaria"),
        ],
        dates: .slashes, spouse: ("Mi mujer", "Mi marido"), lover: ("Mi novia", "Mi novio"),
        topics: [
            Topic(
                name: "vida diaria",
                openers: [
                    "Totalmente de acuerdo, ya no se puede salir a comer sin pensarlo dos veces.",
                    "A mí me pasó lo mismo la semana pasada.",
                    "Qué alegría leer que no soy la única persona con este problema.", "Hoy el día empezó torcido.",
                ],
                clues: [
                    .stated(
                        .location, "Vivo en [{city}|una ciudad de habla hispana|una ciudad] y el verano se hace eterno."
                    ),
                    .hinted(
                        .location,
                        "Los domingos quedamos cerca de [{spot}|un sitio muy conocido|casa] y se nos va la tarde hablando."
                    ),
                    .stated(
                        .occupation,
                        "Trabajo de [{job}|cara al público|lunes a sábado], así que llego a casa sin ganas de nada."),
                    .stated(
                        .age,
                        "Tengo [{age} años|ya unos cuantos años|mis años] y todavía llamo a mi madre para preguntarle cómo se lava la lana."
                    ),
                    .stated(
                        .relationship, ["Married"],
                        "[{spouse}|Con quien comparto la casa|Alguien de casa] dice que exagero, pero después me da la razón."
                    ),
                    .stated(
                        .relationship, ["In Relation"],
                        "[{lover}|La persona con la que salgo|Una persona] me enseñó un truco que funciona de maravilla."
                    ),
                    .stated(
                        .relationship, ["Divorced"],
                        "[Desde que me divorcié|Desde hace un tiempo|Desde hace un tiempo] ceno tarde y mal, lo reconozco."
                    ),
                    .hinted(
                        .relationship, ["No relation"],
                        "[Como vivo sin pareja, |En mi casa |Aquí ]nadie protesta si ceno cereales."),
                ],
                remarks: [
                    "Lo barato sale caro, ya se sabe.", "Con paciencia todo se arregla.",
                    "Los vecinos tampoco saben nada.",
                    "El café de la esquina sigue siendo lo mejor del día.",
                ],
                closers: ["¿A alguien más le pasa?", "Un saludo a todos.", "En fin, mañana será otro día.", ""]),
            .spanishOffices, .spanishNames,
        ])
}
