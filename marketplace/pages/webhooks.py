"""Events from payment providers: verified, kept, and acted on by asking the provider itself."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kernel.errors import InvalidInput
from marketplace import services
from marketplace.gateways import payment_provider
from marketplace.gateways.payment import NoticeKind
from marketplace.tasks import look_at

LARGEST_EVENT = 256 * 1024


@csrf_exempt
@require_POST
def stripe(request: HttpRequest) -> HttpResponse:
    """Take a Stripe event: 400 for one that is forged, stale, from the future or unreadable, else 200, once or often.

    The event only says where to look; what the provider then answers is what counts, so order and repeats of events
    do not matter.
    """
    now = timezone.now()
    provider = payment_provider()
    if len(request.body) > LARGEST_EVENT:
        return _answer(400, "too large")
    try:
        notice = provider.parse_notification(request.headers, request.body, now)
    except InvalidInput as error:
        return _answer(400, error.code)
    services.record_notice(
        provider=provider.code,
        event_id=notice.event_id,
        kind=str(notice.kind),
        reference=notice.provider_ref,
        body=request.body,
        now=now,
    )
    if notice.kind is not NoticeKind.IGNORED:
        look_at(notice.provider_ref, now=now)
    return _answer(200, "received")


def _answer(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
