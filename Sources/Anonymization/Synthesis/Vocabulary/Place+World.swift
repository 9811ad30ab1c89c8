extension Place {
    static let asiaAndOceania: [Place] = [
        Place(
            "Osaka", "Japan", "East Asia", .yen, spot: ("Tsūtenkaku", "the old tower"),
            food: ("takoyaki", "little fried balls")),
        Place(
            "Busan", "South Korea", "East Asia", .won, spot: ("Gwangalli Beach", "the city beach"),
            food: ("dwaeji gukbap", "pork soup with rice")),
        Place(
            "Chengdu", "China", "East Asia", .yuan, spot: ("Kuanzhai Alley", "the old lanes"),
            food: ("dan dan mian", "spicy noodles")),
        Place(
            "Da Nang", "Vietnam", "South-East Asia", .dong, spot: ("the Dragon Bridge", "the lit-up bridge"),
            food: ("mì Quảng", "turmeric noodles")),
        Place(
            "Penang", "Malaysia", "South-East Asia", .ringgit, spot: ("Gurney Drive", "the seafront"),
            food: ("asam laksa", "sour noodle soup")),
        Place(
            "Cebu City", "Philippines", "South-East Asia", .philippinePeso,
            spot: ("Colon Street", "the old shopping street"), food: ("lechon", "roast pork")),
        Place(
            "Pune", "India", "South Asia", .rupee, spot: ("FC Road", "the student street"),
            food: ("misal pav", "spicy curry with bread")),
        Place(
            "Kochi", "India", "South Asia", .rupee, spot: ("the Chinese fishing nets", "the old harbour"),
            food: ("appam", "rice pancakes")),
        Place(
            "Lahore", "Pakistan", "South Asia", .pakistaniRupee, spot: ("Liberty Market", "the big market"),
            food: ("nihari", "slow-cooked stew")),
        Place(
            "İzmir", "Türkiye", "the eastern Mediterranean", .lira, spot: ("the Kordon", "the seafront"),
            food: ("boyoz", "flaky pastry")),
        Place(
            "Beirut", "Lebanon", "the eastern Mediterranean", .dollar, spot: ("the Corniche", "the seafront"),
            food: ("man'oushe", "flatbread with herbs")),
        Place(
            "Melbourne", "Australia", "Oceania", .australianDollar, spot: ("the Yarra trail", "the river path"),
            food: ("a halal snack pack", "chips with everything")),
        Place(
            "Wellington", "New Zealand", "Oceania", .newZealandDollar,
            spot: ("Cuba Street", "the street with the cafés"), food: ("cheese scones", "savoury scones")),
    ]

    static let africa: [Place] = [
        Place(
            "Nairobi", "Kenya", "East Africa", .shilling, spot: ("Uhuru Park", "the big park"),
            food: ("nyama choma", "grilled meat")),
        Place(
            "Kampala", "Uganda", "East Africa", .ugandanShilling, spot: ("Owino Market", "the big market"),
            food: ("rolex from the stall", "an omelette wrap")),
        Place(
            "Accra", "Ghana", "West Africa", .cedi, spot: ("Labadi Beach", "the city beach"),
            food: ("waakye", "rice and beans")),
        Place(
            "Ibadan", "Nigeria", "West Africa", .naira, spot: ("Bodija Market", "the big market"),
            food: ("amala", "a thick side dish with soup")),
        Place(
            "Durban", "South Africa", "southern Africa", .rand, spot: ("the Golden Mile", "the beachfront"),
            food: ("bunny chow", "curry in bread")),
        Place(
            "Rabat", "Morocco", "North Africa", .dirham, spot: ("the Oudaias", "the old fortress"),
            food: ("rfissa", "chicken with shredded bread")),
    ]
}
