/// Given names and family names from many parts of the world, usual and unusual ones.
enum PersonName {
    static let female = [
        "Siobhán", "Ngozi", "Xóchitl", "Žofia", "Mei-Ling", "Aoife", "Yewande", "Ingrid", "Noor", "Thảo", "Kaiulani",
        "Zsuzsanna",
        "Mary-Kate", "Leilani", "Ayşe", "Oksana", "Priya", "Catarina", "Jo", "Anneliese", "Hye-jin", "Fatoumata",
        "Dagný",
        "Rosalía", "Winnie", "Eun", "Guadalupe", "Temperance", "Bo", "Nilüfer",
    ]
    static let male = [
        "Øyvind", "Chukwuemeka", "Jean-Baptiste", "Wolfgang", "Nguyên", "D'Angelo", "Cillian", "Kwabena", "Zbigniew",
        "Li",
        "Matteo", "Tāne", "Ødegaard", "Yusuf", "Rajesh", "Caoimhín", "Björn", "Hyun-woo", "Mustafa", "Ioannis",
        "Babajide",
        "João", "Ty", "Ferdinand", "Oleksandr", "Juan Pablo", "Ali", "Sven-Erik", "Ravi", "August",
    ]
    static let family = [
        "Ó Súilleabháin", "Okonkwo-Reyes", "van der Berg", "Ng", "Szczepańska", "Nakamura", "Müller-Lüdenscheid",
        "Nguyễn", "Abd al-Rahman",
        "St. John", "O'Shaughnessy", "García Márquez-Ruiz", "Þórsdóttir", "Papadopoulou", "Le", "Kowalczyk", "Iyer",
        "de la Cruz",
        "Ōnishi", "Petrović", "Mbeki", "Yıldız", "Hernández", "Featherstonehaugh", "Kim", "Wu", "Tuilagi", "Bergström",
        "Salt", "May",
    ]
    /// Whole names in other scripts.
    static let otherScripts = [
        "李娜", "王小明", "山田太郎", "佐藤花子", "김민수", "Анна Ковалёва", "Дмитрий Соколов", "محمد الأحمد", "فاطمة الزهراء", "प्रिया शर्मा",
        "Ελένη Παπαδάκη", "דוד לוי", "สมชาย ใจดี", "ნინო ბერიძე", "Արամ Պետրոսյան",
    ]

    static func given(_ gender: String, _ random: inout SynthesisRandom) -> String {
        random.pick(gender == "Female" ? female : male)
    }

    /// A whole name, now and then in another script or with the family name first.
    static func full(_ gender: String, _ random: inout SynthesisRandom) -> String {
        if random.chance(12) { return random.pick(otherScripts) }
        let (first, last) = (given(gender, &random), random.pick(family))
        return random.chance(8) ? "\(last.uppercased()), \(first)" : "\(first) \(last)"
    }
}
