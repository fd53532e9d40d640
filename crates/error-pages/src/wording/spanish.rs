use super::Words;

/// In Spanish.
pub(super) const WORDS: Words = Words {
    request: "Solicitud",
    incident: "Incidente",
    client: (
        "Error en la solicitud",
        "No se pudo responder a la solicitud.",
    ),
    server: (
        "Error del servidor",
        "Algo ha fallado por nuestra parte. Vuelva a intentarlo más tarde.",
    ),
    statuses: [
        ("Solicitud incorrecta", "No se pudo entender la solicitud."),
        (
            "Inicio de sesión necesario",
            "Inicie sesión para ver esta página.",
        ),
        ("Acceso denegado", "No tiene permiso para ver esta página."),
        ("Página no encontrada", "No hay nada en esta dirección."),
        (
            "Método no permitido",
            "Esta dirección no responde a este método.",
        ),
        (
            "Ningún formato aceptable",
            "Este contenido no existe en ningún formato que usted acepte.",
        ),
        (
            "Tiempo de la solicitud agotado",
            "La solicitud tardó demasiado en llegar. Vuelva a intentarlo.",
        ),
        (
            "Conflicto",
            "Otra persona ha modificado este contenido mientras tanto.",
        ),
        ("Página eliminada", "Esta página existió y no volverá."),
        (
            "Longitud necesaria",
            "La solicitud debe indicar su longitud.",
        ),
        (
            "Condición no cumplida",
            "Este contenido ha cambiado desde la última vez que lo vio.",
        ),
        (
            "Solicitud demasiado grande",
            "La solicitud supera el tamaño que se acepta aquí.",
        ),
        (
            "Dirección demasiado larga",
            "La dirección supera la longitud que se acepta aquí.",
        ),
        (
            "Formato no admitido",
            "La solicitud tiene un formato que no se acepta aquí.",
        ),
        ("Parte inexistente", "La parte solicitada no existe."),
        (
            "Servidor equivocado",
            "La solicitud llegó al servidor equivocado.",
        ),
        (
            "Contenido no procesable",
            "La solicitud se ha entendido, pero hay algo incorrecto en ella.",
        ),
        (
            "Se necesita otro protocolo",
            "Esta dirección necesita otro protocolo.",
        ),
        (
            "Condición necesaria",
            "La solicitud debe indicar qué versión quiere modificar.",
        ),
        (
            "Demasiadas solicitudes",
            "Ha sido demasiado en muy poco tiempo. Espere un poco.",
        ),
        (
            "Cabeceras demasiado grandes",
            "Las cabeceras de la solicitud superan el tamaño que se acepta aquí.",
        ),
        (
            "No disponible por motivos legales",
            "Este contenido no está disponible por motivos legales.",
        ),
        (
            "Error interno",
            "Algo ha fallado por nuestra parte. Vuelva a intentarlo más tarde.",
        ),
        ("No admitido", "Esta operación no se admite aquí."),
        (
            "Respuesta incorrecta",
            "Un servidor situado detrás de este no dio una respuesta válida. Vuelva a intentarlo más tarde.",
        ),
        (
            "Servicio no disponible",
            "Este servicio no está disponible en este momento. Vuelva a intentarlo más tarde.",
        ),
        (
            "Sin respuesta",
            "Un servidor situado detrás de este no respondió a tiempo. Vuelva a intentarlo más tarde.",
        ),
        (
            "Versión de HTTP no admitida",
            "Esta versión del protocolo no se admite aquí.",
        ),
        (
            "Espacio insuficiente",
            "No queda espacio para guardar este contenido.",
        ),
    ],
};
