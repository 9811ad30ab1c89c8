extension Place {
    static let europe: [Place] = [
        Place(
            "Porto", "Portugal", "southern Europe", .euro, spot: ("the Ribeira", "the riverfront"),
            food: ("francesinhas", "a heavy local sandwich")),
        Place(
            "Seville", "Spain", "southern Europe", .euro, spot: ("Triana", "the old quarter across the river"),
            food: ("salmorejo", "cold soup")),
        Place(
            "Naples", "Italy", "southern Europe", .euro, spot: ("Spaccanapoli", "the narrow main street"),
            food: ("cuoppo", "fried snacks")),
        Place(
            "Thessaloniki", "Greece", "southern Europe", .euro, spot: ("Aristotelous Square", "the big square"),
            food: ("bougatsa", "a sweet pastry")),
        Place(
            "Lyon", "France", "western Europe", .euro, spot: ("the Croix-Rousse", "the hill with the stairs"),
            food: ("quenelles", "fish dumplings")),
        Place(
            "Rotterdam", "Netherlands", "western Europe", .euro, spot: ("the Erasmusbrug", "the big bridge"),
            food: ("kapsalon", "chips with everything")),
        Place(
            "Leipzig", "Germany", "central Europe", .euro, spot: ("the Karl-Heine-Kanal", "the old canal"),
            food: ("Quarkkeulchen", "potato pancakes")),
        Place(
            "Basel", "Switzerland", "central Europe", .franc, spot: ("the Mittlere Brücke", "the old bridge"),
            food: ("Läckerli", "spiced biscuits")),
        Place(
            "Graz", "Austria", "central Europe", .euro, spot: ("the Schlossberg", "the castle hill"),
            food: ("Kürbiskernöl on everything", "seed oil on everything")),
        Place(
            "Brno", "Czechia", "central Europe", .koruna, spot: ("Špilberk", "the fortress hill"),
            food: ("svíčková", "beef in cream sauce")),
        Place(
            "Gdańsk", "Poland", "eastern Europe", .zloty, spot: ("Długi Targ", "the long market street"),
            food: ("pierogi", "dumplings")),
        Place(
            "Cluj-Napoca", "Romania", "eastern Europe", .leu, spot: ("Piața Unirii", "the main square"),
            food: ("sarmale", "cabbage rolls")),
        Place(
            "Gothenburg", "Sweden", "northern Europe", .krona, spot: ("Slottsskogen", "the big park"),
            food: ("semlor", "cream buns")),
        Place(
            "Tampere", "Finland", "northern Europe", .euro, spot: ("the Näsijärvi shore", "the lake shore"),
            food: ("mustamakkara", "black sausage")),
        Place(
            "Leeds", "United Kingdom", "the British Isles", .pound, spot: ("Kirkgate Market", "the covered market"),
            food: ("Yorkshire pudding wraps", "a stuffed wrap")),
        Place(
            "Cork", "Ireland", "the British Isles", .euro, spot: ("the English Market", "the covered market"),
            food: ("spiced beef", "cured beef")),
    ]
}
