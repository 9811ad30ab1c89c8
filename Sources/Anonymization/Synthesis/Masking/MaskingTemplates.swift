/// What people write that holds personal data: letters, tickets, notes, forms, logs.
enum MaskingTemplates {
    static let all = letters + notes + records + otherLanguages + without

    static let letters: [Template] = [
        "Dear Sir or Madam,\nI moved to {address} on {date}. Please change my account {account} accordingly.\nKind regards\n{name}",
        "Hi {friend}, could you send the signed copy to {email}? My number, in case something is missing: {phone}. Thanks, {name}",
        "My name is {name} and I am writing about the invoice of {date}. I paid it from {iban} and never got a confirmation.",
        "Hello, I bought a lamp on {url} with the card {card} and it arrived broken. Please call me at {phone} after five.",
        "To whom it may concern: {name}, born on {date}, was employed at {organization} in {city} for six years.",
        "Good morning {friend}, the parcel for {name} went to {address} instead. Could a neighbour bring it over?",
        "We would like to invite {name} and {friend} to the opening of {organization} on {date}. Please answer to {email}.",
        "I'm {age} and have been a customer of {organization} since {date}. Please delete everything you store about {name}, {email}.",
        "Please transfer the deposit to {iban}, account holder {name}. Reference: flat in {city}.",
        "Thanks for the quick reply! You can reach me under {phone} or, if that fails, through {friend} at {organization}.",
    ]

    static let notes: [Template] = [
        "Spoke with {name} ({phone}) about the leak at {address}. Will call back on {date}.",
        "Patient {name}, {age} years old, seen at {organization} on {date}. Complains of headaches since the move from {city}.",
        "{friend} said that {name} left for {city} last week and can't be reached except by {email}.",
        "Reminder: dentist at {organization}, {date}. Bring the card of {name}.",
        "Interview with {name} went well; references from {organization} and {friend} still to check.",
        "Lost property: a wallet with a card ending in the number {card}, probably of {name} from {city}.",
        "The tenant of {address} is {age}, works for {organization}, and pays in time.",
        "Met {friend} in {city} and we talked about {name} all evening, of course.",
        "If the alarm at {address} goes off, call {name} first ({phone}) and {friend} second.",
        "Guest list: {name}, {friend}, and somebody from {organization}.",
    ]

    static let records: [Template] = [
        "name: {name}\nemail: {email}\nphone: {phone}\naddress: {address}\nborn: {date}",
        "{date};{name};{email};{account};paid",
        "ticket {account} | opened by {name} | {ip} | \"can't log in since {date}\"",
        "login failed for {email} from {ip}, third attempt, account {account} locked",
        "Order {account}: ship to {name}, {address}. Card {card}.",
        "user=\"{name}\" mail=\"{email}\" ip={ip} status=ok",
        "Passenger {name}, {city} to {city}, {date}, contact {phone}",
        "{name} ({age}), {city}: \"Best holiday ever.\"",
        "IBAN {iban} BIC on request, holder {name}, bank {organization}",
        "Profile: {url} - {name}, {country}",
    ]

    static let otherLanguages: [Template] = [
        "Sehr geehrte Damen und Herren, ich heiße {name} und wohne seit dem {date} in der Wohnung {address}. Bitte rufen Sie mich unter {phone} zurück.",
        "Bitte überweisen Sie den Betrag auf das Konto {iban}, Inhaber {name}. Rückfragen gern an {email}.",
        "Buenos días, soy {name}. Mi teléfono es {phone} y vivo en {address}. Espero el paquete desde el {date}.",
        "La paciente {name}, de {age} años, fue atendida en {organization} el {date}.",
        "Bonjour, je m'appelle {name}, né le {date}. Vous pouvez m'écrire à {email} ou m'appeler au {phone}.",
        "Bom dia, aqui é {name}. Meu pedido {account} ainda não chegou em {address}.",
        "Dzień dobry, nazywam się {name}, mój numer to {phone}, a adres {address}.",
        "Merhaba, ben {name}. Bana {phone} numarasından ya da {email} adresinden ulaşabilirsiniz.",
        "{name}様、ご注文番号{account}の商品を{address}へ発送いたしました。お問い合わせは{email}まで。",
        "您好，我是{name}，电话{phone}，请把包裹寄到{address}。",
        "Здравствуйте, меня зовут {name}, мой телефон {phone}, заказ {account} от {date}.",
        "مرحبا، اسمي {name} ورقم هاتفي {phone} وبريدي {email}.",
        "नमस्ते, मेरा नाम {name} है और मेरा फ़ोन नंबर {phone} है।",
    ]

    /// Texts in which nothing has to be masked.
    static let without: [Template] = [
        "Could you tell me what the opening hours are at the weekend?",
        "The third chapter is the best one, the rest repeats itself.",
        "Please find attached the minutes of the meeting. Nothing was decided.",
        "Does the blue one come in a smaller size?",
        "It rained the whole week and the basement is wet again.",
        "Version 2.4.1 fixes the crash when the list is empty.",
    ]
}
