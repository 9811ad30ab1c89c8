extension WrittenLanguage {
    static let french = WrittenLanguage(
        code: "fr", cities: ["Lyon": "Lyon", "Montréal": "Montréal"],
        jobs: [
            "nurse": ("infirmier", "infirmière"), "electrician": ("électricien", "électricienne"),
            "hairdresser": ("coiffeur", "coiffeuse"), "accountant": ("comptable", "comptable"),
        ],
        dates: .slashes, spouse: ("Ma femme", "Mon mari"), lover: ("Ma copine", "Mon copain"),
        topics: [
            Topic(
                name: "quotidien",
                openers: [
                    "Franchement, je m'attendais à pire.", "Merci pour le conseil, ça m'a changé la semaine.",
                    "On en parle, du prix du beurre ?", "Je relis ce fil et je me sens moins bête.",
                ],
                clues: [
                    .stated(
                        .location,
                        "J'habite à [{city}|deux pas d'une grande ville francophone|deux pas d'ici] et trouver une place de parking relève du miracle."
                    ),
                    .hinted(
                        .location,
                        "Le dimanche on se retrouve [vers {spot}|dans un quartier connu|quelque part] et on refait le monde."
                    ),
                    .stated(
                        .occupation,
                        "Je suis [{job}|souvent debout au travail|au travail toute la semaine], alors le soir je ne bouge plus du canapé."
                    ),
                    .stated(
                        .age,
                        "J'ai [{age} ans|passé l'âge des bêtises|passé l'âge] et je viens seulement d'apprendre à recoudre un bouton."
                    ),
                    .stated(
                        .relationship, ["Married"],
                        "[{spouse}|Quelqu'un à la maison|Quelqu'un] trouve que j'en fais trop, comme d'habitude."),
                    .stated(
                        .relationship, ["In Relation"],
                        "[{lover}|La personne que je vois|Une connaissance] m'a offert un livre là-dessus, et c'est drôlement bien fait."
                    ),
                    .stated(
                        .relationship, ["Divorced"],
                        "[Depuis le divorce|Depuis quelque temps|Depuis quelque temps], je cuisine pour une personne et je congèle le reste."
                    ),
                    .hinted(
                        .relationship, ["No relation"],
                        "[Comme je vis en célibataire|Chez moi c'est calme|Je suis tranquille], personne ne râle quand je mange des tartines."
                    ),
                ],
                remarks: [
                    "Il suffit de s'y mettre, après ça va tout seul.", "Les petites habitudes font la différence.",
                    "On ne m'avait pas prévenu que ce serait si long.", "Le boulanger du coin en parle encore.",
                ],
                closers: ["Et chez vous ?", "Bon courage à tous.", "Voilà, c'était mon humeur du jour.", ""]),
            .frenchOffices, .frenchNames,
        ])

    static let portuguese = WrittenLanguage(
        code: "pt", cities: ["Curitiba": "Curitiba"],
        jobs: [
            "pharmacist": ("farmacêutico", "farmacêutica"), "truck driver": ("caminhoneiro", "caminhoneira"),
            "architect": ("arquiteto", "arquiteta"), "primary school teacher": ("professor", "professora"),
        ],
        dates: .slashes, spouse: ("Minha esposa", "Meu marido"), lover: ("Minha namorada", "Meu namorado"),
        topics: [
            Topic(
                name: "dia a dia",
                openers: [
                    "Gente, alguém mais cansou desse frio?", "Concordo demais com você.",
                    "Hoje eu ri muito lendo isso no ônibus.",
                ],
                clues: [
                    .stated(
                        .location,
                        "Moro em [{city}|uma capital do Brasil|uma cidade grande] e saio de casa com guarda-chuva até em dia de sol."
                    ),
                    .stated(
                        .occupation,
                        "Sou [{job}|gente que trabalha muito|gente comum], então durmo pouco e tomo muito café."),
                    .stated(
                        .age,
                        "Com [{age} anos|a idade que eu tenho|o tempo] a gente aprende a não discutir por bobagem."),
                    .stated(
                        .relationship, ["Married"],
                        "[{spouse}|Quem mora comigo|Alguém] já me avisou que eu ia me arrepender."),
                    .stated(
                        .relationship, ["In Relation"],
                        "[{lover}|Quem está comigo|Alguém] faz um pão de queijo que resolve qualquer problema."),
                    .stated(
                        .relationship, ["Divorced"],
                        "[Depois do divórcio|Faz um tempo que|Hoje] cuido das minhas contas e vivo melhor."),
                    .hinted(
                        .relationship, ["No relation"],
                        "[Moro só,|Em casa é tudo calmo,|Está tudo calmo,] então ninguém reclama da minha música."),
                ],
                remarks: ["No fim dá tudo certo.", "O trânsito não ajuda ninguém.", "Um café resolve metade."],
                closers: ["E vocês, o que acham?", "Abraço pra todo mundo.", ""]),
            .portugueseOffices, .portugueseNames,
        ])
}
