extension WrittenLanguage {
    static let polish = WrittenLanguage(
        code: "pl", cities: ["Gdańsk": "Gdańsku"],
        jobs: [
            "nurse": ("pielęgniarzem", "pielęgniarką"), "electrician": ("elektrykiem", "elektryczką"),
            "librarian": ("bibliotekarzem", "bibliotekarką"),
        ],
        dates: .dots, spouse: ("Moja żona", "Mój mąż"), lover: ("Moja dziewczyna", "Mój chłopak"),
        topics: [
            Topic(
                name: "codzienność",
                openers: [
                    "Szczerze mówiąc, bywało gorzej.", "Dzięki za radę, sprawdzę w weekend.",
                    "Znowu pada i znowu stoję w korku.",
                ],
                clues: [
                    .stated(
                        .location,
                        "Mieszkam w [{city}|mieście na północy kraju|mieście] i latem nie da się tu zaparkować."),
                    .stated(
                        .occupation,
                        "Jestem [{job}|osobą pracującą na zmiany|zwykłym człowiekiem], więc wolne święta to dla mnie rzadkość."
                    ),
                    .stated(
                        .age, "[W wieku {age} lat|W moim wieku|Jako osoba dorosła] dopiero uczę się pływać."),
                    .stated(.relationship, ["Married"], "[{spouse}|Ktoś bliski|Ktoś] twierdzi, że za dużo narzekam."),
                    .stated(
                        .relationship, ["In Relation"], "[{lover}|Ktoś bliski|Ktoś] piecze najlepszy sernik na świecie."
                    ),
                    .stated(
                        .relationship, ["Divorced"],
                        "[Po rozwodzie|Od jakiegoś czasu|Od jakiegoś czasu] gotuję tylko w niedziele."),
                ],
                remarks: ["Jakoś to będzie.", "Kiedyś było prościej.", "Dobra kawa to połowa sukcesu."],
                closers: ["A jak u was?", "Pozdrawiam wszystkich.", ""]),
            .polishOffices, .polishNames,
        ])

    static let turkish = WrittenLanguage(
        code: "tr", cities: ["İzmir": "İzmir"],
        jobs: [
            "nurse": ("hemşireyim", "hemşireyim"), "accountant": ("muhasebeciyim", "muhasebeciyim"),
            "chef": ("aşçıyım", "aşçıyım"), "pharmacist": ("eczacıyım", "eczacıyım"),
        ],
        dates: .dots, spouse: ("Karım", "Kocam"), lover: ("Kız arkadaşım", "Erkek arkadaşım"),
        topics: [
            Topic(
                name: "günlük hayat",
                openers: [
                    "Bence de haklısın.", "Bu konuda yıllardır aynı şeyi söylüyorum.", "Sabah sabah güldürdün beni.",
                ],
                clues: [
                    .stated(
                        .location,
                        "Oturduğum yer [{city}|Ege tarafında bir şehir|bir şehir] ve yazın sıcaktan dışarı çıkılmıyor."),
                    .hinted(
                        .location, "Akşamları [{spot}|deniz kenarı|dışarısı] çok güzel oluyor, yürüyüş iyi geliyor."),
                    .stated(
                        .occupation,
                        "Ben [{job}|uzun saatler çalışıyorum|çalışıyorum], eve gelince konuşacak hâlim kalmıyor."),
                    .stated(
                        .age, "Artık [{age} yaşındayım|genç sayılmam|büyüdüm] ama hâlâ annemin yemeklerini arıyorum."),
                    .stated(.relationship, ["Married"], "[{spouse}|Evdeki|Birisi] her seferinde aynı şeyi söylüyor."),
                    .stated(
                        .relationship, ["In Relation"],
                        "[{lover}|Görüştüğüm kişi|Birisi] bana bir liste yaptı, gerçekten işe yarıyor."),
                    .stated(
                        .relationship, ["Divorced"],
                        "[Boşandıktan sonra|Bir süredir|Bir süredir] yemek yapmayı yeniden öğrendim."),
                ],
                remarks: ["Sabreden kazanır.", "Bir çay her şeyi çözer.", "Komşular da aynı fikirde."],
                closers: ["Siz ne dersiniz?", "Herkese selamlar.", ""]),
            .turkishOffices, .turkishNames,
        ])

    static let japanese = WrittenLanguage(
        code: "ja", separator: "", cities: ["Osaka": "大阪"],
        jobs: [
            "nurse": ("看護師", "看護師"), "pharmacist": ("薬剤師", "薬剤師"), "architect": ("建築士", "建築士"),
            "software developer": ("プログラマー", "プログラマー"),
        ],
        dates: .ideographs, spouse: ("妻", "夫"), lover: ("彼女", "彼氏"),
        topics: [
            Topic(
                name: "日常",
                openers: ["最近やっと涼しくなってきましたね。", "その気持ち、よく分かります。", "今日は朝からついていませんでした。"],
                clues: [
                    .stated(.location, "今は[{city}|西日本の都会|ある街]に住んでいますが、家賃がまた上がりました。"),
                    .stated(.occupation, "仕事は[{job}|専門職|忙しい方]なので、休みの日は寝てばかりです。"),
                    .stated(.age, "もう[{age}歳|いい年|大人]なのに、まだ料理が苦手です。"),
                    .stated(.relationship, ["Married"], "[{spouse}|家の者|知り合い]にはいつも笑われています。"),
                    .stated(.relationship, ["In Relation"], "[{lover}|親しい人|知り合い]に教えてもらった店が本当においしかったです。"),
                    .stated(.relationship, ["Divorced"], "[離婚してから|しばらく前から|最近は]自分の時間が増えました。"),
                    .hinted(.relationship, ["No relation"], "[独身の一人暮らし|静かな暮らし|気楽な毎日]なので、夜中にラーメンを食べても怒られません。"),
                ],
                remarks: ["毎日少しずつ続けるのが一番です。", "電車はいつも通り混んでいました。", "温かいお茶があれば何とかなります。"],
                closers: ["皆さんはどうですか。", "また報告します。", ""]),
            .japaneseOffices, .japaneseNames,
        ])

    static let chinese = WrittenLanguage(
        code: "zh", separator: "", cities: ["Chengdu": "成都"],
        jobs: [
            "nurse": ("护士", "护士"), "accountant": ("会计", "会计"), "maths teacher": ("数学老师", "数学老师"),
            "software developer": ("程序员", "程序员"),
        ],
        dates: .ideographs, spouse: ("我老婆", "我老公"), lover: ("我女朋友", "我男朋友"),
        topics: [
            Topic(
                name: "日常",
                openers: ["说实话，我也有同感。", "今天又堵了一个小时的车。", "谢谢分享，周末试试看。"],
                clues: [
                    .stated(.location, "我住在[{city}|西南的一座大城市|一座城市]，夏天又闷又热。"),
                    .hinted(.location, "晚上最舒服的就是去吃一碗[担担面|辣的面|面]，再慢慢走回家。"),
                    .stated(.occupation, "我是[{job}|上班族|普通人]，每天回到家什么都不想做。"),
                    .stated(.age, "我今年[{age}岁|已经不年轻|又长了一岁]，才开始学游泳。"),
                    .stated(.relationship, ["Married"], "[{spouse}|家里人|有人]总说我想得太多。"),
                    .stated(.relationship, ["In Relation"], "[{lover}|身边的人|朋友]做饭特别好吃，我负责洗碗。"),
                    .stated(.relationship, ["Divorced"], "[离婚以后|这段时间|最近]我反而学会了照顾自己。"),
                    .hinted(.relationship, ["No relation"], "[单身一个人住|在家很自在|在家]，想几点睡就几点睡。"),
                ],
                remarks: ["慢慢来，不着急。", "邻居也这么说。", "喝杯热茶就好了。"],
                closers: ["大家怎么看？", "祝大家周末愉快。", ""]),
            .chineseOffices, .chineseNames,
        ])
}
