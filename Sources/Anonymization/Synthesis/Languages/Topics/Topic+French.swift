extension Topic {
    static let frenchOffices = Topic(
        name: "démarches",
        openers: [
            "J'ai passé la matinée à remplir des cases.",
            "Le site plante toujours à la dernière page.",
            "Encore un courrier recommandé, encore une file d'attente.",
        ],
        clues: [
            .stated(
                .age,
                "Sur le formulaire, ma date de naissance, [le {birthDate}|une date déjà lointaine|une simple date], est passée au format américain."
            ),
            .stated(
                .age,
                "Je suis de [{birthYear}|l'ancienne école|ceux qui lisent tout] et je garde encore les factures dans une boîte à chaussures."
            ),
            .stated(
                .location,
                "À [{city}|la mairie d'une grande ville|la mairie], le prochain créneau est dans neuf semaines, à 7 h 50."
            ),
            .stated(
                .occupation,
                "Dans la case profession, je mets [{job}|quelque chose de vague|la même chose que l'an dernier], et ça ne rentre jamais."
            ),
            .stated(
                .relationship, ["Married"],
                "[{spouse}, {friend}, a dû|Quelqu'un de la famille a dû|Quelqu'un a dû] signer à quatre endroits."),
            .stated(
                .relationship, ["Divorced"],
                "À la rubrique situation, je coche [« divorcé(e) »|une des dernières cases|une case] et on me redemande le dossier."
            ),
            .stated(
                .relationship, ["No relation"],
                "À la rubrique situation, je coche [« célibataire »|la première case|une case] et je passe à la suite."),
        ],
        remarks: [
            "Le ticket B042 est passé avant le B017.",
            "Il manquait une copie de la copie.",
            "La machine n'acceptait que les pièces.",
        ],
        closers: [
            "Quelqu'un connaît une astuce ?",
            "On s'accroche.",
            "",
        ])

    static let frenchNames = Topic(
        name: "prénoms",
        openers: [
            "Au café, ils écrivent les prénoms à l'oreille.",
            "Encore un colis au nom de quelqu'un d'autre.",
            "Je retiens les visages, jamais les noms.",
        ],
        clues: [
            .stated(
                .relationship, ["In Relation"],
                "[{lover} s'appelle {friend}|Une personne proche porte un prénom rare|Il y a des prénoms rares], et personne n'écrit ça juste du premier coup."
            ),
            .stated(
                .relationship, ["Married"],
                "[{spouse} {friend}|Quelqu'un à la maison|Quelqu'un] a fini par coller une étiquette sur la boîte aux lettres."
            ),
            .stated(
                .occupation,
                "Je suis [{job}|en contact avec du monde|comme tout le monde], alors j'épelle toute la journée."),
            .stated(.location, "Ici, [à {city}|en ville|dans la rue], chacun le prononce à sa façon."),
            .stated(.age, "À [{age} ans|mon âge|force], on ne corrige plus, on sourit."),
            .hinted(
                .age, from: 30,
                "Dans ma première classe [de {schoolYear}|de l'époque|de l'époque], cinq enfants portaient le même prénom."
            ),
        ],
        remarks: [
            "Un tréma de trop et tout est à refaire.",
            "Le facteur, lui, a compris.",
            "Les surnoms n'arrangent rien.",
        ],
        closers: [
            "Et vous, on vous écorche comment ?",
            "À la prochaine livraison.",
            "",
        ])
}
