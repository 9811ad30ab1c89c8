extension Topic {
    static let learning = Topic(
        name: "learning",
        openers: [
            "Learning an instrument as an adult is humbling.", "Flashcards work if you are honest with yourself.",
            "I've been taking an evening class and it's the best part of the week.",
            "Reading one page a day still is a book a year.",
            "Everyone says immersion, nobody says how tiring it is.", "I finally understood fractions by baking.",
        ],
        clues: [
            .stated(
                .education, ["PhD"],
                "I have [a PhD|been at university for a long time|learned a lot], and still can't explain how my fridge works."
            ),
            .stated(
                .education, ["College Degree"],
                "I finished [my {degree}|my studies|my exams] years ago and the nightmares about exams never stopped."),
            .stated(
                .education, ["In College"],
                "I am [in my second year at {school}|still studying|still learning], so my evenings belong to somebody else."
            ),
            .stated(
                .education, ["HS Diploma"],
                "[My high school diploma is the last certificate I got|School was the last place that gave me a certificate|Nobody gave me a certificate for it], and that was fine for everything so far."
            ),
            .stated(
                .education, ["In Highschool"],
                "[I'm in eleventh grade at {school}|I still go to school|I'm still learning] and we don't learn anything about taxes."
            ),
            .stated(
                .education, ["No Highschool"],
                "[I never finished high school|School wasn't my thing|I learned late], so I'm catching up with library books."
            ),
            .stated(.age, from: 30, "Being [{age}|my age|new to it] in a room full of beginners is good for the soul."),
            .hinted(
                .age, from: 50,
                "We had to write this with chalk when I [started school in {schoolYear}|started school|started], and nobody had a calculator."
            ),
            .stated(.occupation, "As [{job}|someone {inField}|a beginner] I need it more than I expected."),
            .hinted(.occupation, "It's such a relief after hours of [{task}|{taskKind}|other things]."),
            .stated(
                .location,
                "The class meets in [{city}|a town in {area}|town] on Tuesdays, and there are still two places."),
            .hinted(
                .birthplace,
                "My accent gives away [{birthCity}|{birthArea}|something] after two sentences, so I practise in the car."
            ),
            .stated(
                .birthplace,
                "I was born in [{birthCountry}|{birthArea}|another place] and grew up between two languages, which helps less than people think."
            ),
            .stated(
                .relationship, ["Married"],
                "[My {spouse}|My partner|Somebody] hears my scales every night without complaint."),
            .hinted(
                .relationship, ["In Relation"],
                "I began it [to talk with my {lover}'s parents|for somebody's sake|for fun], and stayed for the grammar."
            ),
            .faint(
                .income, ["Low", "No income"],
                "The library is [free, which is exactly my price range|cheap|close], and they have everything."),
            .faint(.gender, "We're eleven [{women}|people|people] in the class and one who is always late."),
        ],
        remarks: [
            "Twenty minutes every day beats three hours on Sunday.", "Mistakes are the only thing you remember.",
            "A bad teacher costs you years.", "The second month is the hardest.",
            "Say it aloud, even if you feel silly.",
            "Progress looks like nothing until you listen to an old recording.",
            "There's always a teenager online who does it better.",
        ],
        closers: ["Keep going.", "What are you learning at the moment?", "", "Slow and steady.", "No regrets so far."])
}
