/** A photo made small on the phone: at most 1280 px, JPEG; drawing it anew also drops place and time. */
const LONGEST_PX = 1280
const QUALITY = 0.7

export async function smallPhoto(file: Blob): Promise<Blob> {
  const whole = await createImageBitmap(file)
  const scale = Math.min(1, LONGEST_PX / Math.max(whole.width, whole.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(whole.width * scale))
  canvas.height = Math.max(1, Math.round(whole.height * scale))
  canvas.getContext('2d')?.drawImage(whole, 0, 0, canvas.width, canvas.height)
  whole.close()
  return new Promise((resolve, reject) =>
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error('the photo cannot be drawn'))), 'image/jpeg', QUALITY),
  )
}
