extension Topic {
    static let turkishOffices = Topic(
        name: "resmî işler",
        openers: [
            "Üç gişe dolaştım, hâlâ bir mühür eksik.",
            "Site hep son sayfada çöküyor.",
            "Bugün yine evrak günü.",
        ],
        clues: [
            .stated(
                .age,
                "Forma doğum tarihimi [{birthDate}|çok eski bir tarih|bir tarih] olarak yazdım, sistem böyle bir gün yok dedi."
            ),
            .stated(
                .age,
                "Ben [{birthYear} doğumluyum|eski kuşaktanım|titizim], hâlâ faturaları ayakkabı kutusunda saklıyorum."),
            .stated(
                .location,
                "Yaşadığım yer [{city}|Ege'de bir şehir|bir şehir] ve en yakın randevu dokuz hafta sonra, saat 7.40'ta."
            ),
            .stated(
                .occupation,
                "Soranlara hep [{job}|insanlarla çalışıyorum|çalışıyorum] diyorum, form bunu kabul etmiyor."),
            .stated(
                .relationship, ["Married"], "[{spouse} {friend}|Aileden biri|Birisi] aynı kâğıdı dört yerden imzaladı."),
            .stated(
                .relationship, ["Divorced"],
                "Medeni hâl kısmında [boşanmış kutusunu|sondaki kutulardan birini|bir kutuyu] işaretliyorum, her seferinde ek belge istiyorlar."
            ),
            .stated(
                .relationship, ["No relation"],
                "Medeni hâl kısmında [bekâr kutusunu|ilk kutuyu|bir kutuyu] işaretleyip geçiyorum."),
        ],
        remarks: [
            "Sıra numarası 48'den 103'e atladı.",
            "Fotokopinin fotokopisi eksikmiş.",
            "Makine yalnızca bozuk para aldı.",
        ],
        closers: [
            "İnternetten halleden var mı?",
            "Sabır işte.",
            "",
        ])

    static let turkishNames = Topic(
        name: "isimler",
        openers: [
            "Kafede isimleri kulaktan duyduklarıyla yazıyorlar.",
            "Paket yine başkasının adına gelmiş.",
            "Yüzleri unutmam, isimleri hep unuturum.",
        ],
        clues: [
            .stated(
                .relationship, ["In Relation"],
                "[{lover} {friend}|Yakınlarımdan biri|Birisi] adını telefonda her seferinde heceliyor."),
            .stated(
                .relationship, ["Married"],
                "[{spouse} {friend}|Evden biri|Birisi] posta kutusuna doğru yazılışını yapıştırdı."),
            .stated(
                .occupation,
                "Ben [{job}|gün boyu insanlarla konuşuyorum|çalışıyorum], her gün on yeni isim öğreniyorum."),
            .stated(.location, "Bizim burası [{city}|Ege'de bir şehir|bildiğiniz gibi], herkes başka türlü söylüyor."),
            .stated(.age, "Artık [{age} yaşındayım|genç değilim|sakinim], kimseyi düzeltmiyorum, gülüp geçiyorum."),
            .hinted(
                .age, from: 30,
                "İlk sınıfımızda [{schoolYear} yılında|o zamanlar|o zamanlar] aynı isimden beş çocuk vardı."),
        ],
        remarks: [
            "Bir nokta fazla, her şey geri dönüyor.",
            "Postacı artık alıştı.",
            "Lakaplar da çözüm değil.",
        ],
        closers: [
            "Sizinkini nasıl yazıyorlar?",
            "Bir sonraki pakete kadar.",
            "",
        ])
}
