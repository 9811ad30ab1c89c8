extension Topic {
    static let spanishOffices = Topic(
        name: "trámites",
        openers: [
            "Tres ventanillas y todavía me falta un sello.",
            "La página de citas se cae siempre a las nueve en punto.",
            "Hoy toca pelearse con los papeles.",
        ],
        clues: [
            .stated(
                .age,
                "En el formulario puse [{birthDate}|una fecha de hace mucho|una fecha] y el sistema me dijo que no existía."
            ),
            .stated(
                .age,
                "Soy de [{birthYear}|otra generación|las personas que leen las instrucciones] y aún guardo los recibos en una caja de galletas."
            ),
            .stated(
                .location,
                "La oficina de [{city}|una ciudad bastante grande|la zona] abre solo los martes, de 8:15 a 8:45."),
            .stated(
                .occupation,
                "En la casilla de profesión escribo [{job}|algo de servicios|lo de siempre] y nunca cabe entero."),
            .stated(
                .relationship, ["Married"],
                "[{spouse}, {friend}, tuvo|Alguien de la familia tuvo|Alguien tuvo] que firmar en tres sitios distintos."
            ),
            .stated(
                .relationship, ["Divorced"],
                "En estado civil marco [la casilla del divorcio|una de las últimas casillas|una casilla] y siempre me piden otra copia."
            ),
            .stated(
                .relationship, ["No relation"],
                "En estado civil marco [la casilla de la soltería|la primera casilla|una casilla] y paso a la siguiente pregunta."
            ),
        ],
        remarks: [
            "El turno pasó del A-17 al C-03 sin avisar.",
            "La fotocopia de la fotocopia ya no se lee.",
            "Al final me atendió una máquina.",
        ],
        closers: [
            "¿Alguien sabe si se puede hacer por correo?",
            "Paciencia y buena letra.",
            "",
        ])

    static let spanishNames = Topic(
        name: "nombres",
        openers: [
            "Otra vez llegó un sobre con el apellido cambiado.",
            "En la cafetería escriben los nombres como les suena.",
            "Tengo mala memoria para los nombres y peor para las caras.",
        ],
        clues: [
            .stated(
                .relationship, ["In Relation"],
                "[{lover} se llama {friend}|Alguien cercano tiene un nombre poco común|Hay nombres poco comunes] y por teléfono hay que deletrear siempre."
            ),
            .stated(
                .relationship, ["Married"],
                "[{spouse} {friend}|Alguien de casa|Alguien] ya responde a cuatro versiones del mismo nombre."),
            .stated(
                .occupation, "Trabajo de [{job}|cara a la gente|lunes a viernes] y paso el día deletreando apellidos."),
            .stated(.location, "Aquí en [{city}|la ciudad|mi calle] cada cual lo pronuncia a su manera."),
            .stated(.age, "Con [{age} años|los años|el tiempo] ya no se corrige a nadie: se sonríe."),
            .hinted(
                .age, from: 30,
                "En mi primera clase [de {schoolYear}|de entonces|de entonces] había cinco niños con el mismo nombre."),
        ],
        remarks: [
            "Una tilde de más y el paquete vuelve al almacén.",
            "El cartero ya se lo toma a broma.",
            "Los apodos tampoco ayudan.",
        ],
        closers: [
            "¿Y el vuestro, cómo lo escriben?",
            "Hasta el próximo paquete.",
            "",
        ])
}
