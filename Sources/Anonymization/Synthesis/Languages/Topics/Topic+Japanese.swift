extension Topic {
    static let japaneseOffices = Topic(
        name: "手続き",
        openers: [
            "書類を三枚書いて、まだ印鑑が足りないそうです。",
            "申請のページはいつも最後で止まります。",
            "今日も窓口で番号札を握っていました。",
        ],
        clues: [
            .stated(.age, "生年月日の欄に[{birthDate}|ずいぶん昔の日付|日付]と書いたら、全角にしてくださいと言われました。"),
            .stated(.age, "[{birthYear}年生まれ|古い世代|慎重な性格]なので、領収書は今でも箱にしまっています。"),
            .stated(.location, "[{city}|西日本の街|この辺り]の窓口は、次の予約が九週間先でした。"),
            .stated(.occupation, "職業の欄には[{job}|人と関わる仕事|いつもの言葉]と書きますが、枠が小さすぎます。"),
            .stated(.relationship, ["Married"], "[{spouse}の{friend}|家族の一人|知り合い]も四か所に署名させられました。"),
            .stated(.relationship, ["Divorced"], "婚姻の欄では[離婚に印|最後の方の欄に印|印]を付けて、そのたびに別の書類を頼まれます。"),
            .stated(.relationship, ["No relation"], "婚姻の欄では[独身に印|最初の欄に印|印]を付けて、すぐ次へ進みます。"),
        ],
        remarks: [
            "番号は48から103に飛びました。",
            "控えの控えが要るそうです。",
            "機械は硬貨しか受け付けませんでした。",
        ],
        closers: [
            "郵送でできた方はいますか。",
            "気長に待ちます。",
            "",
        ])

    static let japaneseNames = Topic(
        name: "名前",
        openers: [
            "カフェで名前を聞き間違えられるのは毎度のことです。",
            "また隣の人宛ての荷物が届きました。",
            "顔は覚えるのに、名前は出てきません。",
        ],
        clues: [
            .stated(
                .relationship, ["In Relation"], "[{lover}は{friend}という名前な|親しい人が珍しい名前な|世の中には珍しい名前もある]ので、電話ではいつも綴りを聞かれます。"),
            .stated(.relationship, ["Married"], "[{spouse}の{friend}|家の者|誰か]が郵便受けに正しい書き方を貼りました。"),
            .stated(.occupation, "仕事が[{job}|人と会うもの|平日だけ]なので、毎日新しい名前を覚えます。"),
            .stated(.location, "[{city}|この街|うちの近所]では、人によって読み方が違います。"),
            .stated(.age, "[{age}歳にもなると|年を重ねると|最近は]、いちいち直さずに笑って済ませます。"),
            .hinted(.age, from: 30, "小学校に入った[{schoolYear}年の|ころの|ころの]組には、同じ名前の子が五人いました。"),
        ],
        remarks: [
            "漢字一文字の違いで戻ってきます。",
            "配達の人はもう慣れています。",
            "あだ名も解決にはなりません。",
        ],
        closers: [
            "皆さんの名前はどう間違われますか。",
            "次の荷物を待ちます。",
            "",
        ])
}
