extension Place {
    static let americas: [Place] = [
        Place(
            "Chicago", "United States", "the American Midwest", .dollar,
            spot: ("the Lakefront Trail", "the path along the water"),
            food: ("giardiniera on everything", "pickles on everything")),
        Place(
            "Milwaukee", "United States", "the American Midwest", .dollar,
            spot: ("the Third Ward", "the old warehouse district"), food: ("cheese curds", "fried cheese")),
        Place(
            "Seattle", "United States", "the American West", .dollar, spot: ("Gas Works Park", "the park on the lake"),
            food: ("teriyaki from a corner shop", "cheap takeaway")),
        Place(
            "Denver", "United States", "the American West", .dollar,
            spot: ("the Cherry Creek trail", "the path along the creek"), food: ("green chile", "hot sauce")),
        Place(
            "Atlanta", "United States", "the American South", .dollar, spot: ("the BeltLine", "the old railway path"),
            food: ("lemon pepper wet", "chicken wings")),
        Place(
            "New Orleans", "United States", "the American South", .dollar,
            spot: ("Frenchmen Street", "the street with the music"), food: ("po'boys", "a stuffed sandwich")),
        Place(
            "Boston", "United States", "the American Northeast", .dollar,
            spot: ("the Esplanade", "the park by the river"), food: ("lobster rolls", "a fish sandwich")),
        Place(
            "Montréal", "Canada", "eastern Canada", .canadianDollar,
            spot: ("the Plateau", "the quarter with the staircases"), food: ("poutine", "chips with gravy")),
        Place(
            "Halifax", "Canada", "eastern Canada", .canadianDollar, spot: ("Citadel Hill", "the hill above town"),
            food: ("donairs", "a late-night wrap")),
        Place(
            "Guadalajara", "Mexico", "Latin America", .mexicanPeso, spot: ("Chapultepec", "the avenue with the bars"),
            food: ("tortas ahogadas", "a sandwich in sauce")),
        Place(
            "Medellín", "Colombia", "Latin America", .colombianPeso, spot: ("the Metrocable", "the cable car"),
            food: ("bandeja paisa", "a huge plate of beans and meat")),
        Place(
            "Valparaíso", "Chile", "Latin America", .chileanPeso, spot: ("Cerro Alegre", "the painted hill"),
            food: ("chorrillana", "chips with meat")),
        Place(
            "Curitiba", "Brazil", "Latin America", .real, spot: ("the Jardim Botânico", "the big greenhouse"),
            food: ("pinhão", "roasted seeds")),
        Place(
            "Rosario", "Argentina", "Latin America", .argentinePeso, spot: ("the Costanera", "the riverside walk"),
            food: ("carlitos", "a toasted sandwich")),
    ]
}
